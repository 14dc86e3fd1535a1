/*
title = "Officer time on frontline duties"
question = "How much of officers' time goes to the frontline?"
family = "employee"
themes = ["resources"]
tier = "reserve"
numerator = "Officer hours on frontline activities in the activity analysis, weighted to the year"
denominator = "Officer hours analysed, weighted to the year"
kind = "ratio"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "year", bocu = "year" }
min_n = 1
settles_after_days = 31
needs = { activity_annual = ["hours_frontline", "hours_total"] }
caveats = [
    "Two weeks of diaries stand for a year: there is one figure a financial year, never a monthly one.",
    "Twelve months that do not begin in April show the financial year that began inside them.",
    "Only the boroughs analysed are in the force's figure; eight a year were proposed at first. Check how many returns are behind it before you compare two years.",
    "Frontline is more than being seen: it includes paperwork about incidents (10.3 percent of time nationally). Visible patrol was 13.7 percent of time in 2003/04.",
    "A return that lacks one of the two numbers is left out.",
    "Numbered SPI 11(a); no published text of it was found.",
]
source = "65.0 percent in 2003/04, then 62.4, 61.9 and 61.7: Hansard 10 Dec 2007; to maintain the level of 2003/04, some 67 percent expected in three to four years: MPA COP 8 Oct 2004, report 5"
owner = "local owner to be named"
*/
select
    'activity_annual:' || return_ref as row_id,
    bocu_code as area_code,
    year_on as on_date,
    hours_frontline as numerator,
    hours_total as denominator
from activity_annual
where
    hours_frontline is not null
    and hours_total is not null
