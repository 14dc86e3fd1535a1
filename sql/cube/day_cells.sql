insert into {place}.day_cells
{rows}
select
    {kpi} as kpi,
    {part} as part,
    coalesce(area_code, '') as area_code,
    on_date,
    count(row_id) as n,
    sum(numerator) as numerator,
    sum(denominator) as denominator,
    {numerator_squared} as numerator_squared,
    {denominator_squared} as denominator_squared,
    {product} as product,
    {base} as base
from kpi_rows
group by all
order by part, area_code, on_date
