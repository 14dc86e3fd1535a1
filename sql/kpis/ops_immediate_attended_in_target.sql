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
reliable_if = { ops_arrival_time_recorded = 0.9 }
standard = "grade:I"
needs = { incidents = ["grade_first", "first_on_scene_at", "origin"] }
dimensions = ["judged", "origin", "grade_final", "hour", "weekday"]
default = { judged = ["judged"], origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_downgrade_after_target", "ops_arrival_time_recorded", "ops_immediate_response_median"]
caveats = [
    "Timing starts when the incident is created, not when a unit is sent, and stops when the first unit arrives. It is elapsed time, so midnight and clock changes do no harm.",
    "It is the first grade that counts, whatever happened to it later: a late downgrade stays a miss. See the breakdown by grade_final for the last grades.",
    "A missing or unusable arrival time counts as not reached in time once the incident was open longer than the standard: check how many arrival times are recorded. An arrival in the hour that a clock change skips or repeats, without its offset, is not judged.",
    "Incidents that ended before the standard had passed, or were still within it at export, are not judged. See the breakdown by judged for how many.",
    "Incidents that police created themselves are left out unless asked for.",
    "For the force, all incidents count together, not the mean of boroughs: for the same months of 2003, 71.0 percent was printed as 72.8.",
    "Estimated arrival times are used as they are.",
    "For 2003/04 the plan had no target: 12 minutes was the published standard.",
]
source = "MPA PPRC 12 Feb 2004, report 15"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    case
        when is_time_unclear then null
        when attended_seconds is not null or open_seconds > standard_seconds
            then coalesce(attended_seconds <= standard_seconds, false)::int
    end as numerator,
    1 as denominator,
    case
        when is_time_unclear then 'clock changed'
        when attended_seconds is not null or open_seconds > standard_seconds then 'judged'
        when closed_at is null then 'still open'
        else 'ended before'
    end as judged,
    origin,
    grade_final,
    hour,
    weekday
from incidents
where
    grade_first = 'I'
    and not is_duplicate
