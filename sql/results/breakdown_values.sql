{rows}

select
    coalesce({dimension}::varchar, '') as member,
    value,
    count(*) as frequency
from kpi_rows
where ? = 'MPS' or list_contains(?::varchar[], area_code)
group by member, value
order by member, value
