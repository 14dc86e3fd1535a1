{rows},

chosen as (
    select *
    from kpi_rows
    where ? = 'MPS' or list_contains(?::varchar[], area_code)
    order by on_date, row_id
    {limit}
),

places as (
    {places}
)

select
    chosen.*,
    imports.file,
    places.line
from chosen
left join places on places.row_id = chosen.row_id
left join cube.imports as imports on imports.import_id = places.import_id
order by chosen.on_date, chosen.row_id
