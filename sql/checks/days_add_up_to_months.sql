/* The days of the day table add up to the month table. */
select
    kpi,
    sum(numerator) as numerator,
    sum(denominator) as denominator,
    sum(n) as n
from (
    select kpi, numerator, denominator, n from day_cells
    union all
    select kpi, -numerator, -denominator, -n from month_cells
)
group by kpi
having sum(numerator) <> 0 or sum(denominator) <> 0 or sum(n) <> 0
