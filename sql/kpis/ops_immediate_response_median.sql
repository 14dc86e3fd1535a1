/*
title = "Median response time, immediate incidents"
question = "How long does someone in danger wait for us?"
family = "operational"
themes = ["quality"]
numerator = "Median of the time from creation to the first unit's arrival"
denominator = "Incidents first graded immediate, duplicates merged, with a usable arrival time"
kind = "median"
unit = "minutes"
better = "lower"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "week", bocu = "month" }
min_n = 50
settles_after_days = 14
reliable_if = { ops_arrival_time_recorded = 0.9 }
needs = { incidents = ["grade_first", "first_on_scene_at", "origin"] }
dimensions = ["origin", "grade_final", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_immediate_attended_in_target", "ops_arrival_time_recorded"]
caveats = [
    "Taken from the individual times, never from medians of boroughs.",
    "Incidents without a usable arrival time are left out here but count as missed in the share attended in target.",
    "Negative times and times above 24 hours are faults: listed but not used.",
    "Estimated arrival times are used as they are.",
]
source = "MPA PPRC 14 Sep 2006, report 10"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    attended_seconds as value,
    origin,
    grade_final,
    hour,
    weekday
from incidents
where
    grade_first = 'I'
    and not is_duplicate
    and attended_seconds is not null
