select
    area_code,
    part,
    on_date,
    n,
    base,
    numerator
from cube.month_cells
where kpi = ?
order by area_code, part, on_date
