/*
title = "999 calls abandoned"
question = "How many 999 callers are gone before we answer?"
family = "operational"
themes = ["access"]
tier = "reserve"
numerator = "999 calls on the primary line whose caller left after more than 5 seconds in the queue"
denominator = "999 calls offered on the primary line, without those abandoned within 5 seconds"
kind = "proportion"
unit = "percent"
better = "lower"
area = "site"
chart = "xmr"
smallest_period = { mps = "week", site = "month" }
min_n = 200
settles_after_days = 14
line_type = "emergency_999"
needs = { calls = ["line_type", "stage", "offered_at", "ended_at", "outcome"] }
dimensions = ["origin", "hour", "weekday"]
read_with = ["ops_999_answered_in_target", "ops_999_answer_p95"]
caveats = [
    "Silent calls from mobile telephones and accidental dials are included: not everyone who left needed help.",
    "Callers who left within 5 seconds are in neither number.",
    "An abandoned call without an end time counts as abandoned after more than 5 seconds.",
    "Do not trust a printed percentage without its counts: 7,908 of 205,382 calls in June 2017 were printed as 3.5 percent but are 3.9.",
    "Published counts do not say whether they include calls of 5 seconds and less, so they are not a yardstick.",
    "Counted for the site that held the queue. A borough shows the figure of the site that serves it.",
]
source = "Evening Standard, 9 Nov 2017, over 2,177,747 calls (Mayor, 2018): about 1.9 percent, both published apart"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    call_site_code as area_code,
    offered_on as on_date,
    (outcome = 'abandoned')::int as numerator,
    1 as denominator,
    origin,
    hour,
    weekday
from calls
where
    line_type = 'emergency_999'
    and stage = 'primary'
    and not is_short_abandon
    and not is_time_unclear
