/*
title = "Attended incidents with a usable arrival time"
question = "Can we tell how fast we were?"
family = "operational"
themes = ["indicators"]
numerator = "Incidents with a recorded arrival that is not estimated, not before creation and, for immediate and soon incidents, not more than 24 hours after it"
denominator = "Incidents attended, duplicates merged: resolved as attended or no trace found, or with an arrival; if the resolution is not recorded, those with a unit assigned that are closed or were open for more than 24 hours"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 100
settles_after_days = 14
needs = { incidents = ["arrival_source", "units_assigned", "resolution", "origin"] }
dimensions = ["arrival", "origin", "grade_first", "hour", "weekday"]
default = { origin = ["public", "partner_agency", "alarm_company"] }
read_with = ["ops_immediate_attended_in_target"]
caveats = [
    "An incident without an arrival time counts as missed in the share attended in target and is left out of the median: below about 90 percent neither shows how fast a borough was.",
    "Whether a unit attended is judged by how the incident ended and the units assigned, not by the arrival time alone, or this would always be 100 percent.",
    "An impossible time is listed as a fault and counts here as not recorded.",
    "More than 24 hours is a fault for immediate and soon incidents only: an extended one may be attended on the second day, or at an appointment.",
    "A unit that was assigned and cancelled on its way did not attend.",
    "An arrival time that does not say where it comes from counts as recorded.",
    "Incidents that police create on the spot have an arrival before they exist: left out unless asked for.",
]
source = "Definition: this product"
owner = "local owner to be named"
*/
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    (
        attended_seconds is not null
        and coalesce(arrival_source <> 'estimated', true)
    )::int as numerator,
    1 as denominator,
    case
        when attended_seconds is null then 'missing or faulty'
        when arrival_source = 'estimated' then 'estimated'
        else 'recorded'
    end as arrival,
    origin,
    grade_first,
    hour,
    weekday
from incidents
where
    is_attended
    and not is_duplicate
