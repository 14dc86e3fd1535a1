with faulty as (
    {faulty}
)

select
    rule,
    column_name,
    count(distinct line) as row_count
from faulty
group by rule, column_name
order by row_count desc, rule, column_name
