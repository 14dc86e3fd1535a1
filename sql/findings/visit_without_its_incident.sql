/*
title = "Visits that name an incident which is not there"
says = "Visits name an incident that no export holds, although that day's incidents have arrived."
source = "front_counter_visits"
reads = ["front_counter_visits", "incidents"]
looks_days = 7
*/
select
    facility_code as area_code,
    arrived_on as on_date,
    'front_counter_visits:' || visit_id as row_id
from front_counter_visits
where
    incident_ref is not null
    and arrived_on in (select created_on from incidents)
    and incident_ref not in (select incident_ref from incidents)
