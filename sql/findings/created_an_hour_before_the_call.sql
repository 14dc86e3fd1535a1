/*
title = "Incidents created about an hour before the call that created them"
says = "Most incidents of the month stand an hour before their calls: one of the two exports has another time zone than its layout says."
source = "incidents"
reads = ["calls", "incidents"]
looks_days = 1
*/
with created as (
    select
        incidents.incident_ref,
        incidents.bocu_code,
        incidents.created_on,
        date_trunc('month', incidents.created_on) as month_on,
        incidents.created_at <= calls.offered_at - interval 50 minutes
        and incidents.created_at >= calls.offered_at - interval 61 minutes as is_early
    from incidents
    inner join calls
        on calls.incident_ref = incidents.incident_ref
        and calls.disposition = 'incident_created'
    where incidents.bocu_code is not null
)

select
    bocu_code as area_code,
    created_on as on_date,
    'incidents:' || incident_ref as row_id
from created
window month as (partition by bocu_code, month_on)
qualify
    is_early
    and count(*) over month >= 10
    and count(*) filter (where is_early) over month > 0.5 * count(*) over month
