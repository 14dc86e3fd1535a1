insert into {place}.month_cells
select
    kpi,
    part,
    area_code,
    date_trunc('month', on_date)::date as on_date,
    sum(n)::bigint as n,
    sum(numerator) as numerator,
    sum(denominator) as denominator,
    sum(numerator_squared) as numerator_squared,
    sum(denominator_squared) as denominator_squared,
    sum(product) as product,
    sum(base) as base
from {place}.day_cells
where
    kpi = {kpi}
    and ({condition})
group by all
order by part, area_code, on_date
