/*
title = "Mean response time, immediate incidents"
question = "How long does someone in danger wait for us, long waits included?"
family = "operational"
themes = ["quality"]
numerator = "Sum of the times from creation to the first unit's arrival"
denominator = "Incidents first graded immediate, duplicates merged, with a usable arrival time"
kind = "mean"
unit = "minutes"
better = "lower"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 100
settles_after_days = 14
reliable_if = { ops_arrival_time_recorded = 0.9 }
needs = { incidents = ["grade_first", "first_on_scene_at", "origin"] }
dimensions = ["origin", "grade_final", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_immediate_response_median", "ops_immediate_attended_in_target", "ops_arrival_time_recorded"]
caveats = [
    "A few late or unclosed jobs can decide it: read it with the median.",
    "Estimated arrival times are used as they are.",
    "Nothing is cut off below 24 hours; a time above that is a fault, listed but not used.",
    "Incidents without a usable arrival time are left out here but count as missed in the share attended in target.",
]
source = "MPA PPRC 14 Sep 2006, report 10; 15 min 13 s in June 2004 (Evening Standard)"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    attended_seconds as numerator,
    1 as denominator,
    origin,
    grade_final,
    hour,
    weekday
from incidents
where
    grade_first = 'I'
    and not is_duplicate
    and attended_seconds is not null
