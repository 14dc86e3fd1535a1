create table chosen as
with told as (
    select
        *,
        {filtered} as _dropped,
        {conditions}
    from cleaned
),

placed as (
    select
        *,
        row_number() over (
            partition by {key}, _dropped is null
            order by {sorted_by}_record {direction}
        ) as _place
    from told
)

select
    * exclude (_dropped, _place, _thing),
    case
        when _dropped is not null then _dropped
        when _place > 1 then {reason}
    end as _filtered,
    {values}
from placed
order by _record
