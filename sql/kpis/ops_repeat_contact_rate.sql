/*
title = "Repeat contacts about the same matter within 7 days"
question = "How often must people ring again about the same thing?"
family = "operational"
themes = ["quality", "resources"]
numerator = "Calls by someone who rang about the same incident in the 7 days before, or rang about anything and is now chasing"
denominator = "Calls with a service request from a known number"
kind = "proportion"
unit = "percent"
better = "lower"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 200
settles_after_days = 14
needs = { calls = ["stage", "outcome", "offered_at", "disposition", "incident_ref", "contact_reason", "caller_hash"] }
reads = ["call_sequence"]
dimensions = ["caller_number", "calls_of_caller", "contact_reason", "line_type", "origin"]
default = { caller_number = ["known"] }
read_with = ["cust_first_contact_resolution"]
caveats = [
    "Many callers about one event are not repeats: only the same caller counts.",
    "A chasing call (progress chase, or no one came) is a repeat if the same caller rang at all in the 7 days before; any other call, if that was about the same incident.",
    "7 days means 7 times 24 hours.",
    "One caller who rings all day can be a twentieth of a borough's calls: see the breakdown by calls_of_caller, the number of the caller's calls in the month.",
    "Withheld numbers cannot be followed and are left out, so the figure is too low: see the breakdown by caller_number for how many.",
    "Callers are told apart by a keyed hash of their number. Someone who calls from another telephone counts as another caller; several people behind one number count as one.",
    "For the first 7 days of the exports it is not known who rang before.",
    "Silent calls, hoaxes, calls without a policing purpose, internal calls and calls whose result was not recorded are not service requests.",
    "If a call is put through, only what was recorded on its first leg counts.",
    "Someone who rings and then goes to a front counter is not seen.",
    "In a sample of 535 non-urgent incidents 30 percent had repeats: incidents, not calls.",
]
source = "Concept: failure demand (Walley and Jennison-Phillips, 2017); definition: this product"
owner = "local owner to be named"
*/
select
    'calls:' || calls.call_id as row_id,
    calls.bocu_code as area_code,
    calls.offered_on as on_date,
    case
        when calls.caller is not null
            then coalesce(sequence.earlier_seconds <= 7 * 86400, false)::int
    end as numerator,
    1 as denominator,
    case when calls.caller is null then 'withheld' else 'known' end as caller_number,
    case
        when calls.caller is null then 'unknown'
        when sequence.caller_calls >= 50 then '50 or more'
        when sequence.caller_calls >= 5 then '5 to 49'
        when sequence.caller_calls >= 2 then '2 to 4'
        else '1'
    end as calls_of_caller,
    calls.contact_reason,
    calls.line_type,
    calls.origin
from calls
left join call_sequence as sequence
    on sequence.call_id = calls.call_id
    and sequence.offered_on = calls.offered_on
where
    calls.stage = 'primary'
    and calls.line_type <> 'internal'
    and calls.outcome in ('answered', 'transferred_out')
    and calls.disposition not in ('silent_or_misdial', 'hoax', 'no_policing_purpose')
