/*
title = "Calls that name a missing incident"
says = "Calls name an incident that is in no export of the year or of the month before or after, although the borough's incidents of that time have arrived."
source = "calls"
reads = ["calls", "incidents"]
looks_days = 31
*/
with alone as materialized (
    select
        call_id,
        bocu_code,
        offered_on,
        disposition
    from calls
    where
        incident_ref is not null
        and not exists (
            select 1
            from incidents
            where incidents.incident_ref = calls.incident_ref
        )
)

select
    bocu_code as area_code,
    offered_on as on_date,
    'calls:' || call_id as row_id
from alone
where
    (
        -- a linked incident may be older than its call
        offered_on - case when disposition = 'incident_created' then 0 else 31 end,
        bocu_code
    ) in (select distinct created_on, bocu_code from incidents)
