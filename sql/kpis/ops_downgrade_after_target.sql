/*
title = "Incidents downgraded after their target had passed"
question = "Do late jobs get a lower grade, so that they no longer look late?"
family = "operational"
themes = ["indicators", "quality"]
numerator = "Incidents whose grade was lowered after the first grade's standard had passed"
denominator = "Incidents first graded immediate or soon, duplicates merged, that no one had reached when the standard of the day passed (12 minutes, 60 minutes)"
kind = "proportion"
unit = "percent"
better = "lower"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 50
settles_after_days = 14
standard = "grade:I"
needs = { incidents = ["grade_first", "grade_final", "regraded_at", "first_on_scene_at", "origin"] }
dimensions = ["origin", "grade_first", "grade_final", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_regrade_rate"]
caveats = [
    "This is a sign of gaming, but some downgrades are right: a unit arrives and finds less than was reported.",
    "Attendance in target goes by the first grade, so such a downgrade gains nothing there.",
    "Lowered means that the last grade is lower than the one in force when the standard passed, in the order immediate, soon, extended, referred, police originated.",
    "Grade in force at that time: as recorded, otherwise worked out from the time of the last change. If there were several, only the last one's time is known.",
    "A downgrade with neither its time nor the grade at the target recorded is not counted.",
    "Without a usable arrival time an incident counts as not reached if it was open longer than the standard.",
    "Incidents that police created themselves are left out unless asked for.",
]
source = "Definition: this product"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    coalesce(
        -- letters in order of urgency
        instr('ISERP', grade_final) > instr('ISERP', grade_when_due)
        and coalesce(
            regraded_at > created_at + to_seconds(standard_seconds),
            grade_at_target is not null
        ),
        false
    )::int as numerator,
    1 as denominator,
    origin,
    grade_first,
    grade_final,
    hour,
    weekday
from incidents
where
    grade_first in ('I', 'S')
    and not is_duplicate
    and not is_time_unclear
    and coalesce(attended_seconds, open_seconds) > standard_seconds
