/*
title = "Arrivals heaped on exactly the standard"
says = "Far more arrivals than chance allows are at exactly the standard, to the second: times may have been written down afterwards."
source = "incidents"
reads = ["incidents"]
*/
with months as (
    select
        bocu_code,
        list({'ref': incident_ref, 'day': created_on}) filter (
            attended_seconds = standard_seconds
        ) as heaped
    from incidents
    where
        grade_first = 'I'
        and not is_duplicate
        and attended_seconds is not null
        and bocu_code is not null
    group by bocu_code, date_trunc('month', created_on)
    having
        len(heaped) >= 7
        and len(heaped) > 0.05 * count(*)
        -- the whole minutes on both sides show how much is rounding
        and len(heaped)
        > 1.5 * count(*) filter (abs(attended_seconds - standard_seconds) = 60)
)

select
    bocu_code as area_code,
    one.day as on_date,
    'incidents:' || one.ref as row_id
from months, unnest(heaped) as rows(one)
