/*
title = "Counter visitors served in target"
question = "Are people at a police counter served before the wait gets too long?"
family = "customer"
themes = ["access", "expectations"]
numerator = "Visitors served within the standard of the place and day"
denominator = "Visits in opening hours where the visitor was served, or left unserved after the standard had passed"
kind = "proportion"
unit = "percent"
better = "higher"
area = "facility"
chart = "p_prime"
base = "effective_cases"
smallest_period = { mps = "month", bocu = "month", facility = "month" }
min_n = 50
settles_after_days = 14
standard = "counter"
needs = { front_counter_visits = ["facility_code", "arrived_at", "service_started_at", "left_before_service"] }
dimensions = ["ending", "opening", "visit_reason", "recorded_by", "hour", "weekday"]
default = { ending = ["served", "left late", "left, time unknown"], opening = ["open", "not listed"] }
read_with = ["cust_front_counter_wait_p90"]
caveats = [
    "No standard of that time was published: set one for the force or for each place in the table of standards. 10 or 15 minutes is usual.",
    "Waiting starts with the ticket or the clerk's log and ends when service begins.",
    "Visitors who leave after the standard has passed were not served in time. Those who leave earlier are left out; see the breakdown by ending for how many.",
    "An unserved visitor left at the recorded end of the visit. If no end is recorded, the visit counts as not served in time.",
    "A missing or impossible time of service counts as not in time.",
    "Visits more than a quarter of an hour outside the opening hours are left out; see the breakdown by opening for how many. If no hours are listed, every visit counts.",
    "Clerks round to five minutes: a wait of 15 minutes may really be 13 or 17, and more waits end just inside a standard of 10 or 15.",
    "A row of a sample count has the weight of all the visits it stands for, but is one case.",
    "Bail signing by appointment is included: see the breakdown by reason.",
    "Quiet counters have few cases: read their quarter or year.",
]
source = "Definition: this product; no published standard found"
owner = "local owner to be named"
*/
select
    'front_counter_visits:' || visit_id as row_id,
    facility_code as area_code,
    arrived_on as on_date,
    case when wait_seconds <= standard_seconds then visits else 0 end as numerator,
    visits as denominator,
    1 as base,
    case
        when wait_seconds is not null or not left_before_service then 'served'
        when left_seconds > standard_seconds then 'left late'
        when left_seconds is not null then 'left early'
        else 'left, time unknown'
    end as ending,
    case is_in_opening_hours
        when true then 'open'
        when false then 'closed'
        else 'not listed'
    end as opening,
    visit_reason,
    recorded_by,
    hour,
    weekday
from front_counter_visits
where
    standard_seconds is not null
    and visits is not null
    and not is_time_unclear
