/*
title = "Callers with fifty calls or more in a month"
says = "One caller made at least fifty calls in the month: they affect calls, repeats and satisfaction."
source = "calls"
reads = ["calls"]
*/
select
    bocu_code as area_code,
    offered_on as on_date,
    'calls:' || call_id as row_id
from calls
-- an alarm company may well call every day
where caller is not null and origin in ('public', 'unknown')
qualify count(*) over (partition by caller, date_trunc('month', offered_on)) >= 50
