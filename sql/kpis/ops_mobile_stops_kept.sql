/*
title = "Scheduled mobile police station stops kept"
question = "Does the mobile station come when and where we said?"
family = "operational"
themes = ["access", "expectations"]
numerator = "Stops kept"
denominator = "Stops scheduled"
kind = "proportion"
unit = "percent"
better = "higher"
area = "facility"
chart = "p_prime"
smallest_period = { mps = "month", bocu = "month", facility = "month" }
min_n = 10
settles_after_days = 31
needs = { facility_hours_monthly = ["stops_scheduled", "stops_kept"] }
caveats = [
    "Whether a stop cut short counts as kept depends on whoever fills in the return: ask for their rule. None is published.",
    "Stops arrive as monthly counts: every stop of a return leads to the same line, which does not say which were missed.",
    "A mobile station stops in several boroughs: its figure is shown for the borough it belongs to.",
    "A return that lacks one of the two numbers, or says that more were kept than scheduled, is left out.",
]
source = "Need: HMIC, Managing Demand (2004), 3.3.1; definition: this product"
owner = "local owner to be named"
*/
select
    'facility_hours_monthly:' || return_ref as row_id,
    facility_code as area_code,
    month_on as on_date,
    (stop <= stops_kept)::int as numerator,
    1 as denominator
from facility_hours_monthly, unnest(range(1, stops_scheduled + 1)) as stops(stop)
where stops_kept is not null
