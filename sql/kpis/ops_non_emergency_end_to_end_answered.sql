/*
title = "Non-emergency callers who reached the person they needed within 70 seconds"
question = "From first ring to the right person: how many get there quickly?"
family = "operational"
themes = ["access"]
numerator = "Non-emergency and switchboard callers whose last leg was answered within 70 seconds of the first offer"
denominator = "Non-emergency and switchboard callers offered on the primary line, without those who left within 5 seconds"
kind = "proportion"
unit = "percent"
better = "higher"
area = "site"
chart = "xmr"
smallest_period = { mps = "day", site = "week" }
min_n = 200
settles_after_days = 14
line_type = "non_emergency"
needs = { calls = ["line_type", "stage", "parent_call_id", "offered_at", "answered_at", "ended_at", "outcome"] }
reads = ["call_sequence"]
dimensions = ["line_type", "origin", "hour", "weekday"]
read_with = ["ops_non_emergency_primary_answered", "ops_non_emergency_secondary_answered", "ops_non_emergency_abandonment"]
caveats = [
    "70 seconds is the sum of 30 and 40 seconds: it is not a published standard.",
    "Exports that do not link the second leg to the first cannot measure this.",
    "It is the last leg that counts: an unanswered one is a miss, however fast the switchboard was.",
    "Time that the operator spends with the caller before putting the call through is part of the 70 seconds.",
    "A call that was put through but has no second leg in the exports counts as not reached: nothing shows that it was.",
    "A second leg that begins before the first, or more than 24 hours after it, does not count as the same call.",
    "Counted on the day of the first offer, for the site that took the first leg.",
]
source = "Definition: this product; National Call Handling Standards, spring 2005 (Police Professional, 6 May 2005)"
owner = "local owner to be named"
*/
select
    'calls:' || calls.call_id as row_id,
    calls.call_site_code as area_code,
    calls.offered_on as on_date,
    coalesce(
        case
            when sequence.has_later_leg then sequence.last_leg_seconds <= 70
            when calls.disposition = 'transferred_internal' then false
            else calls.wait_seconds <= 70
        end,
        false
    )::int as numerator,
    1 as denominator,
    calls.line_type,
    calls.origin,
    calls.hour,
    calls.weekday
from calls
left join call_sequence as sequence
    on sequence.call_id = calls.call_id
    and sequence.offered_on = calls.offered_on
where
    calls.line_type in ('non_emergency', 'switchboard')
    and calls.stage = 'primary'
    and not calls.is_short_abandon
    and not coalesce(sequence.last_leg_is_unclear, calls.is_time_unclear)
