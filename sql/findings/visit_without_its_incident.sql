/*
title = "Visits that name a missing incident"
says = "Visits name an incident that is in no export of the year or of the month before or after, although the borough's incidents of that time have arrived."
source = "front_counter_visits"
reads = ["front_counter_visits", "incidents"]
looks_days = 31
*/
with alone as materialized (
    select
        visit_id,
        facility_code,
        bocu_code,
        arrived_on,
        outcome
    from front_counter_visits as visits
    where
        incident_ref is not null
        and not exists (
            select 1
            from incidents
            where incidents.incident_ref = visits.incident_ref
        )
)

select
    facility_code as area_code,
    arrived_on as on_date,
    'front_counter_visits:' || visit_id as row_id
from alone
where
    (
        -- an incident that a visit is only about may be older
        arrived_on - case when outcome = 'incident_created' then 0 else 31 end,
        bocu_code
    ) in (select distinct created_on, bocu_code from incidents)
