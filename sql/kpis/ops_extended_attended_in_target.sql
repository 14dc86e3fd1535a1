/*
title = "Extended incidents attended within 48 hours or at the appointment"
question = "When it can wait, do we come when we said?"
family = "operational"
themes = ["expectations", "quality"]
numerator = "Extended incidents reached within 48 hours or, with an appointment, from 30 minutes before it to 30 minutes after it"
denominator = "Incidents first graded extended, duplicates merged, that were attended or stayed open past the 48 hours or past 30 minutes after the appointment"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 50
settles_after_days = 14
reliable_if = { ops_arrival_time_recorded = 0.9 }
needs = { incidents = ["grade_first", "first_on_scene_at", "appointment_at", "origin"] }
dimensions = ["judged", "appointment", "origin", "grade_final", "weekday"]
default = { judged = ["judged"], origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_arrival_time_recorded"]
caveats = [
    "No published source was found for the 48 hours; the half hour around an appointment is this product's definition.",
    "An appointment alone decides, however far ahead: a caller who chose next week is not kept waiting until then. Arriving more than 30 minutes early does not meet it either.",
    "An appointment still to come is not late: the incident is not judged until 30 minutes after it. If an appointment was moved, only the last one is known.",
    "An appointment before the incident existed is a fault and is not used.",
    "It is the first grade that counts, whatever happened to it later.",
    "48 hours is elapsed time: over a night when the clocks change it ends at another time of day.",
    "A missing or unusable arrival time counts as not reached in time once the incident was open longer than the standard: check how many arrival times are recorded. An arrival in the hour that a clock change skips or repeats, without its offset, is not judged.",
    "Incidents that ended before the time had passed, or were still within it at export, are not judged. See the breakdown by judged for how many.",
    "Incidents that police created themselves are left out unless asked for.",
]
source = "Grade: saferview Feb 2010; onlondon 2018. Standard: not published"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    case
        when is_time_unclear then null
        when attended_seconds is null and open_seconds <= due_seconds then null
        when appointment_at >= created_at
            then coalesce(
                first_on_scene_at
                between appointment_at - interval 30 minutes
                and appointment_at + interval 30 minutes,
                false
            )::int
        else coalesce(attended_seconds <= 172800, false)::int
    end as numerator,
    1 as denominator,
    case
        when is_time_unclear then 'clock changed'
        when attended_seconds is not null or open_seconds > due_seconds then 'judged'
        when closed_at is null then 'still open'
        else 'ended before'
    end as judged,
    case when appointment_at >= created_at then 'made' else 'none' end as appointment,
    origin,
    grade_final,
    weekday
from incidents
where
    grade_first = 'E'
    and not is_duplicate
