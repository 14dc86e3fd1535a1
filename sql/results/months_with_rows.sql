select
    kpi,
    on_date
from month_cells
group by kpi, on_date
having sum(n) > 0
union
select distinct
    kpi,
    on_date
from month_values
