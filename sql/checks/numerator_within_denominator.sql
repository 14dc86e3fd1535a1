/* A proportion lies between 0 and 1. */
select
    kpi,
    area_code,
    on_date,
    numerator,
    denominator
from day_cells
where
    kpi in (select id from kpis where kind = 'proportion')
    and (numerator < 0 or numerator > denominator)
