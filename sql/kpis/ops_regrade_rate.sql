/*
title = "Incidents whose grade changed"
question = "How often do we change our mind about how urgent it is?"
family = "operational"
themes = ["indicators", "quality"]
numerator = "Incidents whose grade changed after creation"
denominator = "Incidents first graded immediate, soon, extended or referred, duplicates merged"
kind = "proportion"
unit = "percent"
better = "neither"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 200
settles_after_days = 14
needs = { incidents = ["grade_first", "grade_final", "grade_change_count", "origin"] }
dimensions = ["direction", "origin", "grade_first", "grade_final", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_downgrade_after_target"]
caveats = [
    "A change of grade can be right: new information comes in. See the breakdown by direction for up and down; a sign of gaming is a downgrade after the target has passed.",
    "Up and down go by the first and the last grade, in the order immediate, soon, extended, referred, police originated. A grade that changed and changed back counts as changed.",
    "An incident whose last grade is not its first counts as changed even if the count of changes is 0 or missing.",
    "Incidents that police created themselves are left out unless asked for.",
]
source = "Definition: this product"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    (
        coalesce(grade_change_count > 0, false)
        or coalesce(grade_final <> grade_first, false)
    )::int as numerator,
    1 as denominator,
    case
        -- letters in order of urgency
        when instr('ISERP', grade_final) > instr('ISERP', grade_first) then 'down'
        when instr('ISERP', grade_final) < instr('ISERP', grade_first) then 'up'
        when grade_change_count > 0 then 'changed and back'
        else 'unchanged'
    end as direction,
    origin,
    grade_first,
    grade_final,
    hour,
    weekday
from incidents
where
    grade_first in ('I', 'S', 'E', 'R')
    and not is_duplicate
