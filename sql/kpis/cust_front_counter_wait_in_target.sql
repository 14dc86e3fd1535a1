/*
title = "Counter visitors served in target"
question = "Are people at a police counter served before the wait gets too long?"
family = "customer"
themes = ["access", "expectations"]
numerator = "Visitors served within the standard of the place and day"
denominator = "Visits in opening hours that were served, or left unserved after the standard had passed"
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
    "No standard of the time was published: set one for the force or for each place in the table of standards. 10 or 15 minutes are usual.",
    "The clock starts with the ticket or the clerk's log, and stops when service begins.",
    "Who leaves after the standard has passed was not served in time. Who leaves before is left out; the breakdown by ending says how many they are.",
    "When somebody left unserved is the end of the visit, where it was written down. Where it was not, the visit counts as not served in time.",
    "A time of service that is missing or impossible counts as not in time.",
    "Visits more than a quarter of an hour outside the opening hours are left out; the breakdown by opening says how many they are. Where no hours are listed, every visit counts.",
    "Clerks round to five minutes: a wait of 15 minutes may be one of 13 or 17, and more of them end just inside a standard of 10 or 15.",
    "A row of a sample count weighs as many visits as it stands for, and counts as one case.",
    "Bail signing by appointment is among them: see the breakdown by reason.",
    "Open counters with few visits have few cases: read their quarter or year.",
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
