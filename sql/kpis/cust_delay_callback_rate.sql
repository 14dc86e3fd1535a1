/*
title = "Callers rung back before a missed target"
question = "When we will be late, do we say so in time?"
family = "customer"
themes = ["expectations", "quality"]
numerator = "Incidents whose caller was told about the delay before the target passed"
denominator = "Incidents from the public, duplicates merged, that no one had reached when their target passed (the standard of the day for I and S; 48 hours or 30 minutes after the appointment for E)"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 50
settles_after_days = 14
needs = { incidents = ["grade_first", "first_on_scene_at", "delay_callback_at", "origin"] }
dimensions = ["origin", "grade_first", "grade_when_due", "hour", "weekday"]
default = { origin = ["public"] }
read_with = ["ops_immediate_attended_in_target"]
caveats = [
    "An incident's target is that of the grade in force when the first grade's time ran out, not of the last grade. If that grade is referred, there is none.",
    "Raising the grade does not bring the target forward: the first grade's time still applies.",
    "Grade in force at that time: as recorded, otherwise worked out from the time of the last change.",
    "Ringing back exactly when the target passes is in time. Ringing back before the incident existed is a fault and does not count.",
    "Incidents first graded referred have no target.",
    "No published source was found for the 48 hours; the half hour after an appointment is this product's definition.",
    "Without a usable arrival time an incident counts as not reached if it was open longer than the target.",
    "Callers who asked not to be rung, or left no number, cannot be told: exports do not say how many they are.",
]
source = "Definition: this product; no public source found"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    coalesce(
        delay_callback_at
        between created_at and created_at + to_seconds(told_by_seconds),
        false
    )::int as numerator,
    1 as denominator,
    origin,
    grade_first,
    grade_when_due,
    hour,
    weekday
from incidents
where
    not is_duplicate
    and not is_time_unclear
    and not is_callback_unclear
    and coalesce(attended_seconds, open_seconds) > told_by_seconds
