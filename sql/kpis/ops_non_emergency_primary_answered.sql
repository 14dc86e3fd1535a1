/*
title = "Non-emergency calls answered by the switchboard within 30 seconds"
question = "When someone rings about a matter that can wait, does anybody pick up?"
family = "operational"
themes = ["access"]
numerator = "Non-emergency and switchboard calls answered on the primary line within 30 seconds"
denominator = "Non-emergency and switchboard calls offered on the primary line, without those abandoned within 5 seconds"
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
read_with = ["ops_non_emergency_secondary_answered", "ops_non_emergency_end_to_end_answered", "ops_non_emergency_abandonment"]
caveats = [
    "A call has two stages: the switchboard, then a second queue. Read this with the second stage and with both together, or a fast switchboard hides a dead extension.",
    "30 seconds is the national standard of spring 2005: for earlier years it is a yardstick, not a standard in force.",
    "A target of 90 percent is quoted in the press of 2013; what the Metropolitan Police achieved in 2003/04 is not published.",
    "Callers who left within 5 seconds could not have been answered: they are in neither number.",
    "An answer without a usable time counts as not answered in time.",
    "Counted for the site that answered. A borough shows the figure of the site that serves it.",
]
source = "National Call Handling Standards, spring 2005 (Police Professional, 6 May 2005); 90 percent in 30 seconds quoted as the national target (uknewsmedia, 11 Mar 2013)"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    call_site_code as area_code,
    offered_on as on_date,
    coalesce(wait_seconds <= 30, false)::int as numerator,
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
