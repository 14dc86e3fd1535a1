/*
title = "999 calls answered in target"
question = "When someone dials 999, do we pick up at once?"
family = "operational"
themes = ["access"]
numerator = "999 calls answered within the standard of the day (15 seconds; 10 from 31 December 2008)"
denominator = "999 calls offered on the primary line, without those abandoned within 5 seconds"
kind = "proportion"
unit = "percent"
better = "higher"
area = "site"
chart = "xmr"
smallest_period = { mps = "day", site = "week" }
min_n = 200
settles_after_days = 14
line_type = "emergency_999"
standard = "line:emergency_999"
needs = { calls = ["line_type", "stage", "offered_at", "answered_at", "outcome"] }
dimensions = ["origin", "hour", "weekday"]
read_with = ["ops_999_abandonment"]
caveats = [
    "Timing starts when the call reaches the force's queue, after the operator's transfer, and stops when a person answers.",
    "Today's national league table includes the operator's transfer, by one force's account up to 7 seconds: do not compare.",
    "In 2001 a call that no one took within two minutes went to a second line, and 30 seconds later to a station: answers there are not seen.",
    "Callers who left after more than 5 seconds count as not answered in time; check how many left.",
    "Counted for the site that answered. A borough shows the figure of the site that serves it.",
    "Figures for 15 and for 10 seconds are never one series.",
]
source = "Hansard written answer 89253 (1999); MPA PPRC 12 Feb 2004, report 15"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    call_site_code as area_code,
    offered_on as on_date,
    coalesce(wait_seconds <= standard_seconds, false)::int as numerator,
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
