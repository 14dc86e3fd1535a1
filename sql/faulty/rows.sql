with faulty as (
    {faulty}
)

select *
from faulty
where len(?::varchar[]) = 0 or list_contains(?::varchar[], rule)
order by line, rule, column_name
{limit}
