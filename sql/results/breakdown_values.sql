{rows},

counted as (
    select
        {member} as member,
        value,
        count(*) as frequency
    from kpi_rows
    where ? = 'MPS' or list_contains(?::varchar[], area_code)
    group by member, value
)

select
    member,
    list(value order by value) as known_values,
    list(frequency order by value) as frequencies
from counted
group by member
order by member
