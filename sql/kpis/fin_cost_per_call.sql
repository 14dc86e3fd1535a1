/*
title = "Cost per call answered"
question = "What does it cost to answer a call?"
family = "financial"
themes = ["resources"]
numerator = "Outturn of call handling and control rooms, accruals included, capital charges excluded"
denominator = "Calls answered on the primary line, internal calls excluded"
kind = "ratio"
unit = "pounds"
better = "neither"
area = "site"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "month", site = "month" }
min_n = 1
settles_after_days = 31
needs = { finance_monthly = ["cost_centre_type", "cost_type", "actual", "accrual", "basis"], calls = ["outcome", "stage", "line_type"] }
read_with = ["ops_999_answered_in_target", "cust_999_answer_satisfaction"]
caveats = [
    "It depends on the calls counted: 95 million pounds a year is 38 pounds a call on 2.5 million calls and 8 pounds on 12 million.",
    "Cheaper is not better: check whether calls are answered in time and callers are content with that.",
    "Two systems ran side by side while call handling moved to the C3i centres (2004 to 2007).",
    "Boroughs' control rooms belong to no site: they count only in the force's figure.",
    "Capital charges and forecasts are left out.",
    "March includes the adjustments of period 13.",
]
source = "Benchmark of 95 million pounds a year: MPA 10 May 2001, report 10"
owner = "local owner to be named"
*/
select
    'finance_monthly:' || entry_ref as row_id,
    unit_code as area_code,
    month_on as on_date,
    coalesce(actual, 0) + coalesce(accrual, 0) as numerator,
    null as denominator
from finance_monthly
where
    cost_centre_type in ('call_handling', 'control_room')
    and cost_type <> 'capital_charge'
    and basis = 'outturn'
union all
select
    'calls:' || call_id as row_id,
    call_site_code as area_code,
    offered_on as on_date,
    null as numerator,
    1 as denominator
from calls
where
    outcome in ('answered', 'transferred_out')
    and stage = 'primary'
    and line_type <> 'internal'
