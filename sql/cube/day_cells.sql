insert into day_cells
{rows}
select
    {kpi} as kpi,
    {part} as part,
    coalesce(area_code, '') as area_code,
    on_date,
    count(row_id) as n,
    sum(numerator) as numerator,
    sum(denominator) as denominator,
    sum(numerator * numerator) as numerator_squared,
    sum(denominator * denominator) as denominator_squared,
    sum(numerator * denominator) as product,
    {base} as base
from kpi_rows
group by all
order by part, area_code, on_date
