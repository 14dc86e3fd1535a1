/*
title = "Call-handler vacancies"
question = "How many of the seats for taking calls are empty?"
family = "employee"
themes = ["resources"]
numerator = "Established posts of civilian call handlers less posts filled, full-time equivalent"
denominator = "Established posts of civilian call handlers, full-time equivalent"
kind = "ratio"
unit = "percent"
better = "lower"
area = "site"
chart = "xmr"
counts = "amounts"
base = "staff"
disclosure = "staff"
smallest_period = { mps = "month", site = "month" }
min_n = 1
settles_after_days = 31
needs = { workforce_monthly = ["staff_group", "fte_establishment", "fte_actual"] }
caveats = [
    "Civilian posts only. Officers who fill in for missing staff are returned as officers: counted here, they would hide the vacancies.",
    "Below zero: more are in post than were established. That is shown, and in the force's figure it makes up for vacancies elsewhere: see single sites.",
    "By quarter and year the months' posts are added up: it is the share of an average month.",
    "The establishment is what was budgeted: cutting it makes vacancies vanish.",
    "The force's figure holds the boroughs' control rooms, which no site has.",
    "A return that lacks one of the two numbers is left out.",
    "Not shown where fewer than 5 posts are filled.",
]
source = "8.2 percent of all civil staff of the force in March 2001: MPA 19 Apr 2001, report 9"
owner = "local owner to be named"
*/
select
    'workforce_monthly:' || return_ref as row_id,
    unit_code as area_code,
    month_on as on_date,
    fte_establishment - fte_actual as numerator,
    fte_establishment as denominator,
    fte_actual as base
from workforce_monthly
where
    staff_group = 'call_handling_staff'
    and fte_establishment is not null
    and fte_actual is not null
