/*
title = "Incidents merged into one that is itself merged, or missing"
says = "Incidents are merged into one that was itself merged, or that is in no export of the week before or after."
source = "incidents"
reads = ["incidents"]
looks_days = 7
*/
select
    merged.bocu_code as area_code,
    merged.created_on as on_date,
    'incidents:' || merged.incident_ref as row_id
from incidents as merged
left join incidents as kept on kept.incident_ref = merged.duplicate_of
where
    merged.duplicate_of is not null
    and (
        kept.duplicate_of is not null
        -- the incident may be a little older than its duplicate
        or kept.incident_ref is null
        and merged.created_on - 1 in (select distinct created_on from incidents)
    )
