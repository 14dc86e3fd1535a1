insert into {table}
select *
from previous.{table}
where
    kpi in ({kpis})
    and ({condition})
