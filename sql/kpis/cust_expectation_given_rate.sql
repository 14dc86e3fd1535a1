/*
title = "Callers told what will happen and when"
question = "Do callers know what to expect when they hang up?"
family = "customer"
themes = ["expectations"]
numerator = "Calls whose caller was told the grade, the time or the next step"
denominator = "Answered calls that created an incident or were linked to one, where the handler recorded whether the caller was told"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 100
settles_after_days = 14
needs = { calls = ["outcome", "incident_ref", "expectation_given"] }
dimensions = ["assertion", "disposition", "line_type", "origin"]
default = { assertion = ["recorded"] }
read_with = ["cust_delay_callback_rate"]
caveats = [
    "A box is easily ticked: it does not prove what the caller heard.",
    "Nothing recorded does not mean no: those calls are left out. See the breakdown by assertion for how many; if there are many, the figure says little.",
    "Every incident has a grade, so every call with an incident counts.",
    "Both legs of a call count if both have an incident.",
    "Whether the caller was rung back when it took longer is another question.",
    "From 2008 to 2010 the Policing Pledge asked for an estimated time of arrival; before that there was no standard.",
]
source = "Policing Pledge (Hansard, 23 Feb 2010); definition: this product"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    bocu_code as area_code,
    offered_on as on_date,
    expectation_given::int as numerator,
    1 as denominator,
    case when expectation_given is null then 'missing' else 'recorded' end as assertion,
    disposition,
    line_type,
    origin
from calls
where
    outcome in ('answered', 'transferred_out')
    and line_type <> 'internal'
    and incident_ref is not null
