/*
title = "Answered calls per incident"
question = "How many calls do we take about one incident?"
family = "operational"
themes = ["resources", "indicators"]
tier = "reserve"
numerator = "Answered calls from the public that opened an incident or were linked to one"
denominator = "Incidents that those calls opened"
kind = "ratio"
unit = "calls"
better = "neither"
area = "bocu"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "week", bocu = "week" }
min_n = 200
settles_after_days = 14
needs = { calls = ["stage", "outcome", "origin", "incident_ref", "disposition"] }
dimensions = ["line_type"]
read_with = ["ops_calls_per_1000_residents"]
caveats = [
    "Neither high nor low is good: it shows how demand comes in.",
    "Mobile telephones raise it for events that many people see.",
    "It counts a chasing call like any other call about the incident.",
    "An incident counts on the day a call opened it: a call linked to it later counts in its own period.",
    "A call linked to an incident that the police or another agency opened counts only in the numerator.",
    "One incident opened twice by mistake counts as two.",
    "Command and control systems number incidents from one every day: a mapping must join date and number, or different incidents become one.",
    "A call's second leg is not a second call.",
]
source = "Definition: this product"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    bocu_code as area_code,
    offered_on as on_date,
    1 as numerator,
    (disposition = 'incident_created')::int as denominator,
    line_type
from calls
where
    outcome in ('answered', 'transferred_out')
    and stage = 'primary'
    and origin = 'public'
    and line_type <> 'internal'
    and incident_ref is not null
