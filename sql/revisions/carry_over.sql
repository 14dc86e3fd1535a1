insert into {table}
select *
from previous.{table}
