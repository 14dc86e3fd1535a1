/*
title = "Calls that may have been exported twice"
says = "Calls by the same caller were offered within two seconds: perhaps one call under two numbers."
source = "calls"
reads = ["calls"]
looks_days = 1
*/
with again as (
    select
        caller,
        offered_at
    from calls
    -- a second queue may take the same call at once
    where caller is not null and stage = 'primary'
    qualify offered_at <= lag(offered_at) over (
        partition by caller
        order by offered_at
    ) + interval 2 seconds
)

select
    call_site_code as area_code,
    offered_on as on_date,
    'calls:' || call_id as row_id
from calls
where stage = 'primary' and (caller, offered_at) in (from again)
