/*
title = "Incidents from outside that no call created"
says = "Incidents of the public, partners or alarms have no call that created them, although that day's calls have arrived."
source = "incidents"
reads = ["calls", "incidents"]
looks_days = 2
*/
select
    incidents.bocu_code as area_code,
    incidents.created_on as on_date,
    'incidents:' || incidents.incident_ref as row_id
from incidents
where
    incidents.origin in ('public', 'partner_agency', 'alarm_company')
    and incidents.created_on in (
        select offered_on from calls where disposition is not null
    )
    and incidents.incident_ref not in (
        select incident_ref
        from calls
        where disposition = 'incident_created' and incident_ref is not null
    )
