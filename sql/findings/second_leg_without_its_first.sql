/*
title = "Second legs whose first leg is missing, or answered later"
says = "Calls in a second queue name a first leg that is missing, or that was answered after the second leg began."
source = "calls"
reads = ["calls"]
looks_days = 2
*/
select
    later.call_site_code as area_code,
    later.offered_on as on_date,
    'calls:' || later.call_id as row_id
from calls as later
left join calls as earlier on earlier.call_id = later.parent_call_id
where
    later.stage = 'secondary'
    and later.parent_call_id is not null
    and (
        earlier.answered_at > later.offered_at
        -- the first leg may have come before midnight
        or earlier.call_id is null
        and (later.offered_at - interval 10 minutes)::date in (
            select distinct offered_on from calls
        )
    )
