/*
title = "Patrol hours with a crew of one"
question = "How much of our patrolling is done by officers on their own?"
family = "operational"
themes = ["resources"]
numerator = "Hours of response and ward patrol with a crew of one"
denominator = "All hours of response and ward patrol, on foot and in vehicles"
kind = "ratio"
unit = "percent"
better = "neither"
area = "bocu"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "month", bocu = "month" }
min_n = 1
settles_after_days = 31
needs = { patrol_monthly = ["role", "patrol_hours_total", "patrol_hours_single"] }
dimensions = ["role"]
default = { role = ["response", "ward"] }
read_with = ["ops_immediate_attended_in_target"]
caveats = [
    "Neither more nor less is good: one officer covers more ground, two are safer. Read it with attendance.",
    "Boroughs cannot be compared without their risk assessments, which are in no export.",
    "Response cars and wards on foot are different work: see the breakdown by role. A changing mix looks like a change of practice.",
    "Terminals in cars were said to need two officers.",
    "In 2010 an officer wrote that walkers were posted so that the percentage looked right: a count can be gamed.",
    "Other roles are left out unless asked for. A return that lacks one of the two numbers is left out.",
]
source = "Recommendation 11 of the review and the resistance to it: HMIC, Managing Demand (2004), 3.2.5; single crewing as starting point from October 2009: MPA briefing, May 2010; definition: this product"
owner = "local owner to be named"
*/
select
    'patrol_monthly:' || return_ref as row_id,
    bocu_code as area_code,
    month_on as on_date,
    patrol_hours_single as numerator,
    patrol_hours_total as denominator,
    role
from patrol_monthly
where
    patrol_hours_single is not null
    and patrol_hours_total is not null
