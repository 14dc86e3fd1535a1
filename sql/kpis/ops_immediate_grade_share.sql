/*
title = "Share of incidents graded immediate"
question = "How much of what we are asked for do we treat as an emergency?"
family = "operational"
themes = ["quality", "resources"]
numerator = "Incidents first graded immediate"
denominator = "Incidents first graded immediate, soon, extended or referred, duplicates merged, without those that police created themselves"
kind = "proportion"
unit = "percent"
better = "neither"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 300
settles_after_days = 14
needs = { incidents = ["grade_first", "origin"] }
dimensions = ["origin", "grade_final", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company", "unknown"] }
read_with = ["ops_immediate_attended_in_target", "cust_999_action_satisfaction"]
caveats = [
    "Neither more nor less is better: too many immediate grades and none is quick, too few and someone in danger waits. Look for a band, and for a change.",
    "Grade P (police originated) was abolished in April 2009 and its work moved to I, S, E and mostly R. It is left out here by who asked, not by the grade alone; an export that does not say who asked shows a step there.",
    "Stricter grading was put off in April 2004 until after the move to the new call centres.",
    "An incident that was merged into another is not counted again.",
]
source = "MPA PPRC 14 Sep 2006, report 10"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    (grade_first = 'I')::int as numerator,
    1 as denominator,
    origin,
    grade_final,
    hour,
    weekday
from incidents
where
    grade_first in ('I', 'S', 'E', 'R')
    and not is_duplicate
