/*
title = "Probationers in response teams"
question = "How many of the officers who come when we are called are still learning?"
family = "employee"
themes = ["quality"]
numerator = "Officers of response teams with under two years of service, full-time equivalent"
denominator = "Officers of response teams, full-time equivalent"
kind = "ratio"
unit = "percent"
better = "lower"
area = "bocu"
chart = "xmr"
counts = "amounts"
base = "staff"
disclosure = "people"
smallest_period = { mps = "month", bocu = "month" }
min_n = 1
settles_after_days = 31
needs = { workforce_monthly = ["staff_group", "fte_actual", "probationer_fte"] }
read_with = ["ops_immediate_attended_in_target"]
caveats = [
    "More experienced staff is what the review asked for; this is the nearest measure of it. An average does not show harm: read it with attendance.",
    "A force that recruits has more probationers for two years: a high share can mean that new officers have just arrived.",
    "For a quarter or year the posts of its months are added up: it is the share of an average month.",
    "Response teams only; ward teams are left out.",
    "A return that lacks one of the two numbers is left out.",
    "Not shown where fewer than 5 posts are filled, or where there are fewer than 5 probationers or fewer than 5 others.",
]
source = "Just under 1 in 3 early in 2004, 1 in 5 twenty months before: BBC News, 12 Feb 2004, on a paper of the MPA; theme 2 of the review: HMIC, Managing Demand (2004), 3.1.1"
owner = "local owner to be named"
*/
select
    'workforce_monthly:' || return_ref as row_id,
    unit_code as area_code,
    month_on as on_date,
    probationer_fte as numerator,
    fte_actual as denominator,
    fte_actual as base
from workforce_monthly
where
    staff_group = 'response_officer'
    and probationer_fte is not null
    and fte_actual is not null
