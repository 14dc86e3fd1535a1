insert into {table}
select *
from previous.{table}
where
    kpi = {kpi}
    and {months} = 'all'
