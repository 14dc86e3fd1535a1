/*
title = "Cost per incident attended"
question = "What does it cost to send somebody?"
family = "financial"
themes = ["resources"]
tier = "reserve"
numerator = "Outturn apportioned to response and despatch, accruals included, capital charges excluded"
denominator = "Incidents attended, duplicates merged"
kind = "ratio"
unit = "pounds"
better = "neither"
area = "bocu"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "quarter", bocu = "quarter" }
min_n = 1
settles_after_days = 31
needs = { finance_monthly = ["activity", "cost_type", "actual", "accrual", "basis"], incidents = ["resolution", "units_assigned"] }
read_with = ["ops_immediate_attended_in_target"]
caveats = [
    "Not measured until the ledger's export says which activity money was spent on (response, despatch).",
    "Costing by activity is done once a year from a sample: a quarter's figure is an estimate.",
    "Cheaper is not better: check whether people in danger are reached in time.",
    "An incident counts once, however many units went. It counts without an arrival time if it was resolved as attended or no trace found.",
    "Incidents that police created themselves are included: attending them costs as much.",
    "What a call centre spends on despatch belongs to no borough: once a borough has moved there, its own figure falls and only the force's includes everything.",
    "March includes the adjustments of period 13.",
]
source = "Costing by activity required from 2003/04: MPA Finance Committee 22 Jan 2009, report 7"
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
    activity in ('response', 'despatch')
    and cost_type <> 'capital_charge'
    and basis = 'outturn'
union all
select
    'incidents:' || incident_ref as row_id,
    bocu_code as area_code,
    created_on as on_date,
    null as numerator,
    1 as denominator
from incidents
where
    is_attended
    and not is_duplicate
