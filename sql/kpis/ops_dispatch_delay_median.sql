/*
title = "Median time from creation to first dispatch, immediate incidents"
question = "How long does an emergency wait in the control room?"
family = "operational"
themes = ["quality", "resources"]
numerator = "Median of the time from creation to the first routing to a unit"
denominator = "Incidents first graded immediate, duplicates merged, to which a unit was sent"
kind = "median"
unit = "seconds"
better = "lower"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "week", bocu = "month" }
min_n = 50
settles_after_days = 14
needs = { incidents = ["grade_first", "first_dispatched_at", "origin"] }
dimensions = ["routing", "origin", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_immediate_response_median"]
caveats = [
    "Published figures are averages (16 seconds where the new centre despatched, 29 seconds in the force, 2005): a few long delays raise an average but not this median.",
    "Systems that route automatically record 0 seconds. These count; see the breakdown by routing for how many.",
    "A borough moves to the new centre on its cut-over day: a step on that day is the move.",
    "Incidents to which no one was sent are not included. Dispatches before creation or after arrival are faults: listed and not used.",
    "By borough of the incident. Exports do not say which site despatched.",
    "Incidents that police created themselves are left out unless asked for.",
]
source = "MPA PPRC 12 May 2005, report 12"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    dispatched_seconds as value,
    case when dispatched_seconds = 0 then '0 seconds' else 'later' end as routing,
    origin,
    hour,
    weekday
from incidents
where
    grade_first = 'I'
    and not is_duplicate
    and dispatched_seconds is not null
