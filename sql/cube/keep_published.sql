insert into published
select *
from previous.published
where kpi in ({kpis})
