/*
title = "Working days lost to sickness in call handling"
question = "How many days do the people who take calls lose to sickness?"
family = "employee"
themes = ["resources"]
numerator = "Working days lost to sickness by staff and officers in call handling"
denominator = "Post-years filled in call handling, full-time equivalent: posts x days of the month / 365.25"
kind = "rate"
unit = "days a year"
better = "lower"
area = "site"
chart = "xmr"
counts = "amounts"
base = "staff"
disclosure = "sickness"
accumulate = "rolling12"
denominator_unit = 365.25
smallest_period = { mps = "month", site = "month" }
min_n = 1
settles_after_days = 31
needs = { workforce_monthly = ["staff_group", "fte_actual", "sickness_days_lost"] }
caveats = [
    "Staff and officers together. Some sites would have so few of either that one absence could be identified, so there is no breakdown. As officers leave call handling, the mix changes.",
    "In 2005/06 the target of 9 days was for all police staff of the force, who lost 9.3: call handlers are one group among them.",
    "It counts posts, not people: two people who work half the week are one post.",
    "A few long absences count for a lot, and the return does not show them separately.",
    "Winters are worse: read the twelve months.",
    "Boroughs' control rooms belong to no site: they count only in the force's figure.",
    "A return that lacks posts filled or days lost is left out.",
    "Not shown where fewer than 20 posts are filled: one absence could be identified.",
]
source = "MPA HR 2 Feb 2006, report 7; 11.7 days nationally for police staff in 2003/04: Hansard 20 Jul 2004"
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
    staff_group in ('call_handling_staff', 'call_handling_officer')
    and sickness_days_lost is not null
    and fte_actual is not null
