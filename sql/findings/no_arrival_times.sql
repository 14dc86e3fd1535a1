/*
title = "Boroughs without any arrival time for a week"
says = "No arrival time was recorded for about a week or longer: attendance is not known."
source = "incidents"
reads = ["incidents"]
looks_days = 31
unusable = { incidents = ["first_on_scene_at"] }
*/
with days as (
    select
        bocu_code,
        created_on,
        count(*) as incident_count,
        count(first_on_scene_at) as arrival_count
    from incidents
    where
        grade_first in ('I', 'S')
        and not is_duplicate
        and bocu_code is not null
        -- an export without that column has no fault
        and import_id in (
            select import_id
            from cube.imports
            where list_contains(columns, 'first_on_scene_at')
        )
    group by bocu_code, created_on
),

silent as (
    select
        bocu_code,
        created_on,
        incident_count,
        arrival_count,
        count(*) filter (arrival_count > 0) over (
            partition by bocu_code
            order by created_on
        ) as run
    from days
    qualify arrival_count = 0
)

select
    bocu_code as area_code,
    created_on as on_date,
    null::varchar as row_id
from silent
window whole_run as (partition by bocu_code, run)
qualify
    -- fewer than eight may be without arrival by chance
    sum(incident_count) over whole_run >= 8
    -- the first or the last of seven days may have no incident at all
    and max(created_on) over whole_run - min(created_on) over whole_run >= 5
