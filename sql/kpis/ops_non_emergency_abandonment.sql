/*
title = "Non-emergency calls abandoned"
question = "How many callers give up before anybody answers?"
family = "operational"
themes = ["access"]
numerator = "Non-emergency and switchboard calls on the primary line whose caller left after more than 5 seconds in the queue"
denominator = "Non-emergency and switchboard calls offered on the primary line, without those abandoned within 5 seconds"
kind = "proportion"
unit = "percent"
better = "lower"
area = "site"
chart = "xmr"
smallest_period = { mps = "day", site = "week" }
min_n = 200
settles_after_days = 14
line_type = "non_emergency"
needs = { calls = ["line_type", "stage", "offered_at", "ended_at", "outcome"] }
dimensions = ["line_type", "origin", "hour", "weekday"]
read_with = ["ops_non_emergency_primary_answered"]
caveats = [
    "Callers who left within 5 seconds are in neither number. Other forces count differently: one counts only callers who left after a minute.",
    "An abandoned call without an end time counts as abandoned after more than 5 seconds.",
    "A recorded message gives some callers good reason to hang up: they are included.",
    "Callers who gave up in the second queue are not included: see callers who reached the person they needed.",
    "In 2017 the press quoted 5 percent as a Home Office target: no text of it was found.",
    "One published pair of Metropolitan Police counts, for June 2017, gives 53 percent.",
    "Counted for the site that held the queue. A borough shows the figure of the site that serves it.",
]
source = "5 percent: Yorkshire Post (2017), as quoted; 151,147 of 284,704 calls in June 2017: Evening Standard, 9 Nov 2017"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    call_site_code as area_code,
    offered_on as on_date,
    (outcome = 'abandoned')::int as numerator,
    1 as denominator,
    line_type,
    origin,
    hour,
    weekday
from calls
where
    line_type in ('non_emergency', 'switchboard')
    and stage = 'primary'
    and not is_short_abandon
    and not is_time_unclear
