/*
title = "Incidents from outside that no call created"
says = "Incidents from the public, partners or alarms have no call that created them, although the borough's calls of that day have arrived."
source = "incidents"
reads = ["calls", "incidents"]
looks_days = 2
*/
with alone as materialized (
    select
        incident_ref,
        bocu_code,
        created_on,
        created_at
    from incidents
    where
        origin in ('public', 'partner_agency', 'alarm_company')
        and not exists (
            select 1
            from calls
            where
                calls.disposition = 'incident_created'
                and calls.incident_ref = incidents.incident_ref
        )
)

select
    bocu_code as area_code,
    created_on as on_date,
    'incidents:' || incident_ref as row_id
from alone
where
    (created_on, bocu_code) in (
        select distinct offered_on, bocu_code
        from calls
        where disposition is not null
    )
    -- the call may have come before midnight
    and (created_at - interval 10 minutes)::date in (
        select distinct offered_on from calls
    )
