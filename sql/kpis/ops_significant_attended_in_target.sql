/*
title = "Soon (significant) incidents attended in target"
question = "When the police are needed soon, do they come within the hour?"
family = "operational"
themes = ["quality", "expectations"]
numerator = "Soon (significant) incidents reached within the standard of the day (60 minutes)"
denominator = "Incidents first graded S, duplicates merged, that were attended or stayed open past the standard"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 100
settles_after_days = 14
reliable_if = { ops_arrival_time_recorded = 0.9 }
standard = "grade:S"
needs = { incidents = ["grade_first", "first_on_scene_at", "origin"] }
dimensions = ["judged", "origin", "grade_final", "hour", "weekday"]
default = { judged = ["judged"], origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_downgrade_after_target", "ops_arrival_time_recorded"]
caveats = [
    "Grade S was called soon from 2003 to 2010 and is called significant now; whether both mean the same work is not published.",
    "It is the first grade that counts, whatever happened to it later. An incident that was graded S and then extended stays here: a change of grade does not remove a failure.",
    "Timing starts when the incident is created and stops when the first unit arrives. It is elapsed time, so clock changes do no harm.",
    "A missing or unusable arrival time counts as not reached in time once the incident was open longer than the standard: check how many arrival times are recorded. An arrival in the hour that a clock change skips or repeats, without its offset, is not judged.",
    "Incidents that ended before the standard had passed, or were still within it at export, are not judged. See the breakdown by judged for how many.",
    "Incidents that police created themselves are left out unless asked for.",
    "Estimated arrival times are used as they are.",
    "90 percent is a working aim for which no source was found; 81.9 percent were attended within 60 minutes in the twelve months to September 2018.",
]
source = "60 minutes: saferview Feb 2010; Mayor's question 2018/2956"
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
    grade_first = 'S'
    and not is_duplicate
