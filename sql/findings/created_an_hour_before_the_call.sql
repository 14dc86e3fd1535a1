/*
title = "Incidents created about an hour before the call that created them"
says = "Most incidents of the month are an hour before their calls: one of the two exports is not in the time zone that its layout says."
source = "incidents"
reads = ["calls", "incidents"]
looks_days = 1
*/
with months as (
    select
        incidents.bocu_code,
        list({'ref': incidents.incident_ref, 'day': incidents.created_on}) filter (
            epoch(calls.offered_at) - epoch(incidents.created_at)
            between 50 * 60 and 61 * 60
        ) as early
    from incidents
    inner join calls on calls.incident_ref = incidents.incident_ref
    where calls.disposition = 'incident_created' and incidents.bocu_code is not null
    group by incidents.bocu_code, date_trunc('month', incidents.created_on)
    having count(*) >= 10 and len(early) > 0.5 * count(*)
)

select
    bocu_code as area_code,
    one.day as on_date,
    'incidents:' || one.ref as row_id
from months, unnest(early) as rows(one)
