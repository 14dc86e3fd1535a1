/*
title = "Boroughs without any arrival time for a week"
says = "No arrival time was recorded for seven days or more: attendance cannot be told."
source = "incidents"
reads = ["incidents"]
looks_days = 7
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

weeks as (
    select
        bocu_code,
        created_on as last_on,
        -- fewer than eight may be without arrival by chance
        sum(incident_count) over week >= 8
        and sum(arrival_count) over week = 0
        -- a day of the seven may have no incident at all
        and min(created_on) over week <= created_on - 5 as is_silent
    from days
    window week as (
        partition by bocu_code
        order by created_on
        range between interval 6 days preceding and current row
    )
)

select distinct
    days.bocu_code as area_code,
    days.created_on as on_date,
    null::varchar as row_id
from days
inner join weeks
    on weeks.bocu_code = days.bocu_code
    and days.created_on between weeks.last_on - 6 and weeks.last_on
where weeks.is_silent
