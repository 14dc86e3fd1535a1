/*
title = "Cost per front-counter visit"
question = "What does it cost to serve somebody at a police counter?"
family = "financial"
themes = ["resources", "access"]
numerator = "Outturn of front counters for staff and premises, accruals included"
denominator = "Visits to front counters that were served"
kind = "ratio"
unit = "pounds"
better = "neither"
area = "facility"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "quarter", bocu = "quarter", facility = "quarter" }
min_n = 1
settles_after_days = 31
needs = { finance_monthly = ["facility_code", "cost_centre_type", "cost_type", "actual", "accrual", "basis"], front_counter_visits = ["facility_code", "left_before_service"] }
read_with = ["ops_counter_hours_delivered", "cust_front_counter_satisfaction"]
caveats = [
    "Not a list of counters to close: a quiet counter that is open day and night costs hundreds of pounds a visit. Read it with its hours and how far away the next one is.",
    "Measured only if the ledger names the place; entries without a place count only for the whole force.",
    "Staff costs are basic pay, overtime and allowances. Telephony, computers, capital charges and other costs are left out.",
    "A visit that opens a long enquiry counts the same as one to hand in a document.",
    "A row of a sample count has the weight of all the visits it stands for.",
    "Visits logged at one-stop shops and mobile stations are left out: they are not front counters.",
    "March includes the adjustments of period 13.",
]
source = "Definition: this product; no published figure found"
owner = "local owner to be named"
*/
select
    'finance_monthly:' || entry_ref as row_id,
    facility_code as area_code,
    month_on as on_date,
    coalesce(actual, 0) + coalesce(accrual, 0) as numerator,
    null as denominator
from finance_monthly
where
    cost_centre_type = 'front_counter'
    and cost_type in ('basic_pay', 'overtime', 'allowances', 'premises')
    and basis = 'outturn'
union all
select
    'front_counter_visits:' || visit_id as row_id,
    facility_code as area_code,
    arrived_on as on_date,
    null as numerator,
    visits as denominator
from front_counter_visits
where
    (not left_before_service or wait_seconds is not null)
    and visits is not null
    and coalesce(facility_type, '') not in ('one_stop_shop', 'mobile_police_station')
