/*
title = "Incidents resolved without sending anybody"
question = "How much do we settle by advice, by telephone or elsewhere?"
family = "operational"
themes = ["resources", "expectations"]
numerator = "Incidents that ended in advice, a report by telephone, a referral or an appointment at a counter, with no unit assigned"
denominator = "Incidents created from contact by the public, duplicates merged"
kind = "proportion"
unit = "percent"
better = "neither"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 200
settles_after_days = 14
needs = { incidents = ["resolution", "units_assigned", "origin"] }
dimensions = ["origin", "grade_first", "resolution", "hour", "weekday"]
default = { origin = ["public"] }
read_with = ["ops_repeat_contact_rate", "cust_overall_satisfaction"]
caveats = [
    "On its own it rewards not going: read it with repeat contacts and with satisfaction.",
    "A unit that was assigned and called back was still assigned. If the number of units is empty, it is taken as none unless a dispatch or an arrival is recorded.",
    "Incidents that are still open count as not resolved: the latest weeks look too low at first.",
    "Cancelled is not resolved.",
    "Only the public by default: choose partners, alarms or police by origin.",
]
source = "Class of the National Call Handling Standards: resolution without deployment (Essex PA EPA/05/10)"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    (
        coalesce(
            resolution in (
                'advice', 'telephone_report', 'referred', 'appointment_at_counter'
            ),
            false
        )
        and coalesce(units_assigned, 0) = 0
        and first_dispatched_at is null
        and first_on_scene_at is null
    )::int as numerator,
    1 as denominator,
    origin,
    grade_first,
    resolution,
    hour,
    weekday
from incidents
where not is_duplicate
