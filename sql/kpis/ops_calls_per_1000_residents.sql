/*
title = "Public calls per 1,000 residents"
question = "How much is asked of us, for the people who live here?"
family = "operational"
themes = ["resources"]
numerator = "Calls offered by the public on the primary line, about a matter in the borough"
denominator = "Resident-years in thousands: residents x days covered / 365.25 / 1,000"
kind = "rate"
unit = "per 1,000 a year"
better = "neither"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 1
settles_after_days = 14
needs = { calls = ["line_type", "stage", "origin", "bocu_code"] }
exposure = "residents"
denominator_unit = 365250
dimensions = ["line_type", "hour", "weekday"]
caveats = [
    "Residents only: five and a half million visitors and workers a day are not counted (HMIC 2.1.2), which matters most in Westminster, Camden and Kensington and Chelsea.",
    "Calls without a place count only for the whole force.",
    "Each count of residents holds until the next, the first also before it.",
    "Internal calls, and the second queue of a call already counted, are left out.",
]
source = "Census 2001 and mid-2003 estimates (ONS)"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    bocu_code as area_code,
    offered_on as on_date,
    1 as numerator,
    0 as denominator,
    line_type,
    hour,
    weekday
from calls
where
    origin = 'public'
    and stage = 'primary'
    and line_type <> 'internal'
union all
select
    null as row_id,
    bocu_code as area_code,
    on_date,
    0 as numerator,
    residents as denominator,
    null as line_type,
    null as hour,
    null as weekday
from residents
