/*
title = "Call-handler turnover"
question = "How many of the people who take calls leave the force in a year?"
family = "employee"
themes = ["resources", "quality"]
numerator = "People in call handling who resigned, retired or were dismissed"
denominator = "Person-years in post in call handling: people x days of the month / 365.25"
kind = "rate"
unit = "percent a year"
better = "lower"
area = "site"
chart = "xmr"
counts = "amounts"
base = "staff"
disclosure = "people"
accumulate = "rolling12"
denominator_unit = 365.25
smallest_period = { mps = "month", site = "month" }
min_n = 1
settles_after_days = 31
needs = { workforce_monthly = ["staff_group", "headcount", "leavers", "transfers_out"] }
caveats = [
    "Someone who moves to another unit or group is not a leaver: the move of boroughs' call handlers into the call centres (2004 to 2008) is not turnover.",
    "Exports that do not separate moves from leavers cannot measure this. How many moved is in the return, not in this figure.",
    "It counts people, not posts: someone who works half the week leaves as one person.",
    "People in post are those in the month's return; some of its leavers may have gone by then.",
    "A month times twelve is not a year: read the twelve months.",
    "Staff and officers together. Police officers who go back to the street count as moves.",
    "Boroughs' control rooms belong to no site: they count only in the force's figure.",
    "A return that lacks people or leavers is left out.",
    "Not shown where fewer than 5 people are in post, or where 1 to 4 have left: they could be identified.",
    "No published figure for the force was found: 10 to 20 percent is said to be usual, unverified.",
]
source = "Definition: this product; no published figure found"
owner = "local owner to be named"
*/
select
    'workforce_monthly:' || return_ref as row_id,
    unit_code as area_code,
    month_on as on_date,
    leavers as numerator,
    headcount * day(last_day(month_on)) as denominator,
    headcount as base
from workforce_monthly
where
    staff_group in ('call_handling_staff', 'call_handling_officer')
    and leavers is not null
    and headcount is not null
