/*
title = "Officers' working days lost to sickness"
question = "How many days do officers who answer and attend lose to sickness?"
family = "employee"
themes = ["indicators", "resources"]
numerator = "Working days lost to sickness by officers in response teams, ward teams and call handling"
denominator = "Post-years filled by those officers, full-time equivalent: posts x days of the month / 365.25"
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
    "It counts posts, not people: two people who work half the week are one post, and each of their days is part of a post's day.",
    "Working days, as in the return. Statutory indicator SPI 13 is said to count hours, 8 to a day; no published text of it was found.",
    "Other targets and national figures cover all officers of a force, this one three groups: context, not a yardstick.",
    "A few long absences count for a lot: in March 2002, 165 officers of the force had been sick for more than six months. Returns do not show them separately.",
    "Days count where the officer was in the month of the return: officers move between boroughs during the year.",
    "Winters are worse: read the twelve months.",
    "Officers at call-handling sites belong to no borough: they count only in the force's figure.",
    "A return that lacks posts filled or days lost is left out.",
    "Officers in call handling also count in the call-handling indicator.",
    "Not shown where fewer than 20 posts are filled: one absence could be identified.",
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
