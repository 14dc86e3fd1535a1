/*
title = "Calls that name an incident which is not there"
says = "Calls name an incident that no export holds, although that day's incidents have arrived."
source = "calls"
reads = ["calls", "incidents"]
looks_days = 7
*/
select
    calls.bocu_code as area_code,
    calls.offered_on as on_date,
    'calls:' || calls.call_id as row_id
from calls
where
    calls.incident_ref is not null
    and calls.offered_on in (select created_on from incidents)
    and calls.incident_ref not in (select incident_ref from incidents)
