/*
title = "Call-handler vacancies"
question = "How many of the seats for taking calls are empty?"
family = "employee"
themes = ["resources"]
numerator = "Established posts for civilian call handlers minus posts filled, full-time equivalent"
denominator = "Established posts for civilian call handlers, full-time equivalent"
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
    "Below zero means that more are in post than established. It is shown as it is, and in the force's figure it offsets vacancies elsewhere: see single sites.",
    "For a quarter or year the posts of its months are added up: it is the share of an average month.",
    "Establishment is what was budgeted: cutting it makes vacancies vanish.",
    "Boroughs' control rooms belong to no site: they count only in the force's figure.",
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
