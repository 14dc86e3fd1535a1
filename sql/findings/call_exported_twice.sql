/*
title = "Calls that may have been exported twice"
says = "The same caller was offered twice within two seconds on the same line: perhaps one call under two numbers."
source = "calls"
reads = ["calls"]
looks_days = 1
*/
select
    call_site_code as area_code,
    offered_on as on_date,
    'calls:' || call_id as row_id
from calls
where caller is not null and stage = 'primary'
qualify offered_at <= lag(offered_at) over (
    partition by caller, line_type
    order by offered_at, call_id
) + interval 2 seconds
