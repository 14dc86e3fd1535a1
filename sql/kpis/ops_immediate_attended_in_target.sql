/*
title = "Immediate incidents attended in target"
question = "When someone is in danger, do we get there in time?"
family = "operational"
themes = ["quality"]
numerator = "Immediate incidents reached within the standard of the day (12 minutes; 15 from about 2010)"
denominator = "Incidents first graded immediate, duplicates merged, that were attended or stayed open past the standard"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "week", bocu = "month" }
min_n = 100
settles_after_days = 14
standard = "grade:I"
needs = { incidents = ["grade_first", "first_on_scene_at", "origin"] }
dimensions = ["origin", "grade_final", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_immediate_response_median"]
caveats = [
    "The clock starts when the incident is created and stops when the first unit arrives.",
    "The first grade counts, whatever became of it later: a late downgrade stays a miss.",
    "An arrival time that is missing, or unusable, counts as not reached in time once the incident was open longer than the standard.",
    "Cancelled or closed before the standard had passed: excluded.",
    "Incidents that police created themselves are left out unless asked for.",
]
source = "MPA PPRC 12 Feb 2004, report 15"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    coalesce(attended_seconds <= standard_seconds, false)::int as numerator,
    1 as denominator,
    origin,
    grade_final,
    hour,
    weekday
from incidents
where
    grade_first = 'I'
    and not is_duplicate
    and (attended_seconds is not null or open_seconds > standard_seconds)
