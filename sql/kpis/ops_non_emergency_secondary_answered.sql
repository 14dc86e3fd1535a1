/*
title = "Non-emergency calls answered by a call taker within 40 seconds"
question = "Once put through, does anybody pick up?"
family = "operational"
themes = ["access"]
numerator = "Second legs of non-emergency and switchboard calls answered within 40 seconds"
denominator = "Second legs of non-emergency and switchboard calls, without those abandoned within 5 seconds"
kind = "proportion"
unit = "percent"
better = "higher"
area = "site"
chart = "xmr"
smallest_period = { mps = "day", site = "week" }
min_n = 200
settles_after_days = 14
line_type = "non_emergency"
needs = { calls = ["line_type", "stage", "offered_at", "answered_at", "ended_at", "outcome"] }
dimensions = ["line_type", "origin", "hour", "weekday"]
read_with = ["ops_non_emergency_primary_answered", "ops_non_emergency_end_to_end_answered"]
caveats = [
    "40 seconds is unverified: the text of that standard is not published.",
    "Only callers who were put through are included; read it with the switchboard's own figure and with both together.",
    "Timing starts again in the second queue: the wait before it is not included.",
    "Where extensions are outside the telephone system that makes the export, their calls are missing and the figure flatters.",
    "Callers who left within 5 seconds could not have been answered: they are in neither number.",
    "An answer without a usable time counts as not answered in time.",
    "Counted for the site that held the second queue.",
]
source = "National Call Handling Standards, spring 2005 (Police Professional, 6 May 2005); the 40 seconds are not published"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    call_site_code as area_code,
    offered_on as on_date,
    coalesce(wait_seconds <= 40, false)::int as numerator,
    1 as denominator,
    line_type,
    origin,
    hour,
    weekday
from calls
where
    line_type in ('non_emergency', 'switchboard')
    and stage = 'secondary'
    and not is_short_abandon
    and not is_time_unclear
