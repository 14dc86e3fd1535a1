insert into {table}
select *
from previous.{table}
where
    kpi = {kpi}
    and strftime(on_date, '%Y-%m') in ({months})
