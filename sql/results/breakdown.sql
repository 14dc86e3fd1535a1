{rows}

select
    {member} as member,
    {part} as part,
    count(row_id) as n,
    sum(numerator)::decimal(38, 6) as numerator,
    sum(denominator)::decimal(38, 6) as denominator,
    {numerator_squared}::decimal(38, 12) as numerator_squared,
    {denominator_squared}::decimal(38, 12) as denominator_squared,
    {product}::decimal(38, 12) as product,
    {base}::decimal(38, 6) as base
from kpi_rows
where ? = 'MPS' or list_contains(?::varchar[], area_code)
group by all
order by member
