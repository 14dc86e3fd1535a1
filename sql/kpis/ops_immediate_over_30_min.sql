/*
title = "Immediate incidents that took more than 30 minutes"
question = "How many people in danger wait more than half an hour?"
family = "operational"
themes = ["quality"]
numerator = "Immediate incidents reached after more than 30 minutes, or not reached while open for more than 30 minutes"
denominator = "Incidents first graded immediate, duplicates merged, that were attended or stayed open past 30 minutes"
kind = "proportion"
unit = "percent"
better = "lower"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 100
settles_after_days = 14
reliable_if = { ops_arrival_time_recorded = 0.9 }
needs = { incidents = ["grade_first", "first_on_scene_at", "origin"] }
dimensions = ["judged", "origin", "grade_final", "hour", "weekday"]
default = { judged = ["judged"], origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_immediate_attended_in_target", "ops_arrival_time_recorded"]
caveats = [
    "It watches those already missed: a target of 12 minutes alone gives no reason to hurry after that.",
    "Incidents that no one reached, or without a usable arrival time, count once they were open longer than 30 minutes.",
    "Exactly 30 minutes is not more than 30 minutes.",
    "It is the first grade that counts, whatever happened to it later.",
    "Timing starts when the incident is created and stops when the first unit arrives. It is elapsed time, so clock changes do no harm.",
    "Incidents that ended before 30 minutes had passed, or had been open for less at export, are not judged. See the breakdown by judged for how many.",
    "Incidents that police created themselves are left out unless asked for.",
    "Estimated arrival times are used as they are.",
    "30 minutes is the measure that the police authority asked for, not a published standard.",
]
source = "MPA PPRC 14 Sep 2006, report 10"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    case
        when is_time_unclear then null
        when attended_seconds is not null or open_seconds > 1800
            then coalesce(attended_seconds > 1800, true)::int
    end as numerator,
    1 as denominator,
    case
        when is_time_unclear then 'clock changed'
        when attended_seconds is not null or open_seconds > 1800 then 'judged'
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
