/*
title = "Arrivals heaped on exactly the standard"
says = "Far more arrivals than chance allows stand at exactly the standard, to the second: times may have been written down afterwards."
source = "incidents"
reads = ["incidents"]
*/
with arrivals as (
    select
        incident_ref,
        bocu_code,
        created_on,
        attended_seconds - standard_seconds as past_seconds,
        date_trunc('month', created_on) as month_on
    from incidents
    where
        grade_first = 'I'
        and not is_duplicate
        and abs(attended_seconds - standard_seconds) in (0, 60)
)

select
    bocu_code as area_code,
    created_on as on_date,
    'incidents:' || incident_ref as row_id
from arrivals
window month as (partition by bocu_code, month_on)
qualify
    past_seconds = 0
    and count(*) filter (where past_seconds = 0) over month >= 7
    -- the whole minutes on both sides show how much is rounding
    and count(*) filter (where past_seconds = 0) over month
    > 1.5 * count(*) filter (where past_seconds <> 0) over month
