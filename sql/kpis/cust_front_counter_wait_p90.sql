/*
title = "90th percentile wait at the counter"
question = "How long do the unluckiest visitors wait at a police counter?"
family = "customer"
themes = ["access"]
tier = "reserve"
numerator = "Wait within which 90 in 100 visitors were served"
denominator = "Visits that were served"
kind = "percentile"
quantile = 0.9
unit = "minutes"
better = "lower"
area = "facility"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month", facility = "month" }
min_n = 100
settles_after_days = 14
needs = { front_counter_visits = ["facility_code", "arrived_at", "service_started_at"] }
dimensions = ["visit_reason", "recorded_by", "hour", "weekday"]
read_with = ["cust_front_counter_wait_in_target"]
caveats = [
    "Taken from the individual waits of the period, never from percentiles of counters or days.",
    "Visitors who left unserved have no wait: if many leave, this figure flatters. Read it with the share served in target, which counts them.",
    "Clerks round to five minutes, so the figure jumps in steps.",
    "A row of a sample count is used once, however many visits it stands for: counters that only sample have less weight in the borough's and the force's figure.",
    "Visits outside the opening hours are included.",
]
source = "Definition: this product; no published standard found"
owner = "local owner to be named"
*/
select
    'front_counter_visits:' || visit_id as row_id,
    facility_code as area_code,
    arrived_on as on_date,
    wait_seconds as value,
    visit_reason,
    recorded_by,
    hour,
    weekday
from front_counter_visits
where wait_seconds is not null
