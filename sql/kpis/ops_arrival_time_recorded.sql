/*
title = "Attended incidents with a usable arrival time"
question = "Can we tell how fast we were?"
family = "operational"
themes = ["indicators"]
numerator = "Those with a recorded arrival that is not estimated, not before the creation and, for immediate and soon incidents, not more than 24 hours after it"
denominator = "Incidents attended, duplicates merged: resolved as attended or no trace found, or with an arrival; where how it ended is not recorded, those to which a unit was assigned and which are closed or were open for more than 24 hours"
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
    "What has no arrival time counts as missed in the share attended in target, and is left out of the median: below about 90 percent neither tells how fast a borough was.",
    "Whether somebody attended is taken from how the incident ended and from the units assigned, not from the arrival time alone, or this would always be 100 percent.",
    "A time that cannot be is listed as a fault, and counts here as not recorded.",
    "More than 24 hours is a fault for immediate and soon incidents only: an extended one may be attended on the second day, or at an appointment.",
    "A unit that was assigned and cancelled on its way did not attend.",
    "Where nobody says where an arrival time comes from, it is taken as recorded.",
    "Police who create an incident on the spot arrived before it existed: left out unless asked for.",
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
