select
    area_code,
    part,
    on_date,
    n,
    base,
    numerator
from month_cells
where kpi = ?
order by area_code, part, on_date
