create table month_cells as
select
    kpi,
    area_code,
    date_trunc('month', on_date)::date as on_date,
    sum(n)::bigint as n,
    sum(numerator) as numerator,
    sum(denominator) as denominator,
    sum(numerator_squared) as numerator_squared,
    sum(denominator_squared) as denominator_squared,
    sum(product) as product
from day_cells
group by kpi, area_code, date_trunc('month', on_date)
order by kpi, area_code, on_date
