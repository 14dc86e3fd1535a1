/*
title = "Advertised counter hours that were open"
question = "Are our counters open when we say that they are?"
family = "operational"
themes = ["access", "expectations"]
numerator = "Hours open"
denominator = "Hours advertised for the month"
kind = "ratio"
unit = "percent"
better = "higher"
area = "facility"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "month", bocu = "month", facility = "month" }
min_n = 1
settles_after_days = 31
needs = { facility_hours_monthly = ["hours_advertised", "hours_open"] }
caveats = [
    "Parts of an hour count as parts: a counter shut for twenty minutes was open for two thirds of that hour.",
    "Advertised hours are those of the return: the hours in force on each day, with bank holidays applied.",
    "On the nights when the clocks change, a counter that never shuts has 23 or 25 hours.",
    "A counter that was open longer than advertised makes up for another that was shut: see single counters.",
    "Front counters and one-stop shops only. Mobile stations are counted by stops, in another indicator.",
    "A return that lacks one of the two numbers is left out.",
]
source = "Need: HMIC, Managing Demand (2004), 3.3.1; definition: this product"
owner = "local owner to be named"
*/
select
    'facility_hours_monthly:' || return_ref as row_id,
    facility_code as area_code,
    month_on as on_date,
    hours_open as numerator,
    hours_advertised as denominator
from facility_hours_monthly
where
    hours_open is not null
    and hours_advertised is not null
    and facility_type is distinct from 'mobile_police_station'
