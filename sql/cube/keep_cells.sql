insert into {place}.{table}
select *
from {source}.{table}
where {condition}
