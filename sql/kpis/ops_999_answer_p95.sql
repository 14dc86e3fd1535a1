/*
title = "95th percentile 999 answer time"
question = "How long do the unluckiest 999 callers wait?"
family = "operational"
themes = ["access"]
numerator = "Time within which 95 in 100 answered 999 calls were answered"
denominator = "999 calls answered on the primary line"
kind = "percentile"
quantile = 0.95
unit = "seconds"
better = "lower"
area = "site"
chart = "xmr"
smallest_period = { mps = "day", site = "week" }
min_n = 200
settles_after_days = 14
line_type = "emergency_999"
needs = { calls = ["line_type", "stage", "offered_at", "answered_at", "outcome"] }
dimensions = ["origin", "hour", "weekday"]
read_with = ["ops_999_abandonment", "ops_999_answered_in_target"]
caveats = [
    "Taken from the individual waits of the period, never from percentiles of days or sites.",
    "Abandoned calls have no answer time: leaving them out flatters the tail. Check how many there are.",
    "A call that the queue passes on after two minutes ends there: longer waits are not seen.",
]
source = "MPA PPRC 14 Sep 2006, report 10: total performance rather than pass and fail"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    call_site_code as area_code,
    offered_on as on_date,
    wait_seconds as value,
    origin,
    hour,
    weekday
from calls
where
    line_type = 'emergency_999'
    and stage = 'primary'
    and wait_seconds is not null
