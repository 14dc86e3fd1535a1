/*
title = "Officers' working days lost to sickness"
question = "How many days do officers who answer and attend lose to sickness?"
family = "employee"
themes = ["indicators", "resources"]
numerator = "Working days lost to sickness by officers in response teams, ward teams and call handling"
denominator = "Years of full-time posts filled by those officers: posts x days of the month / 365.25"
kind = "rate"
unit = "days a year"
better = "lower"
area = "bocu"
chart = "xmr"
counts = "amounts"
base = "staff"
disclosure = "sickness"
accumulate = "rolling12"
denominator_unit = 365.25
smallest_period = { mps = "month", bocu = "month" }
min_n = 1
settles_after_days = 31
needs = { workforce_monthly = ["staff_group", "fte_actual", "sickness_days_lost"] }
caveats = [
    "Posts, not heads: two people who work half the week are one post, and their days are counted as parts of a post's day.",
    "Working days, as the return has them. The statutory indicator (SPI 13) is said to count hours: 8 make a day; its text was not found published.",
    "Other targets and national figures are about all officers of a force, these about three groups: context, not a yardstick.",
    "A few long absences weigh much: 165 officers of the force had been sick for more than six months in March 2002. The return does not tell them apart.",
    "Days count where the officer was in the month of the return: officers move between boroughs in the year.",
    "Winters are worse: read the twelve months.",
    "The force's figure holds officers at call-handling sites, whom no borough has.",
    "A return that lacks posts filled or days lost is left out.",
    "Officers in call handling are also in the figure of call handling.",
    "Not shown where fewer than 20 posts are filled: one absence would be seen.",
]
source = "SI 2002/694, indicator 4; 8 days a year as target for all officers in 2005/06: MPA HR 2 Feb 2006, report 7; 10.4 days nationally in 2003/04: Hansard 20 Jul 2004"
owner = "local owner to be named"
*/
select
    'workforce_monthly:' || return_ref as row_id,
    unit_code as area_code,
    month_on as on_date,
    sickness_days_lost as numerator,
    fte_actual * day(last_day(month_on)) as denominator,
    fte_actual as base
from workforce_monthly
where
    staff_group in ('response_officer', 'ward_officer', 'call_handling_officer')
    and sickness_days_lost is not null
    and fte_actual is not null
