/*
title = "Incidents that two calls say they created"
says = "More than one call says that it created the same incident: all but one should be linked to it."
source = "incidents"
reads = ["calls", "incidents"]
looks_days = 2
*/
select
    incidents.bocu_code as area_code,
    incidents.created_on as on_date,
    'incidents:' || incidents.incident_ref as row_id
from incidents
inner join (
    select incident_ref
    from calls
    where disposition = 'incident_created'
    group by incident_ref
    having count(*) > 1
) as created on created.incident_ref = incidents.incident_ref
