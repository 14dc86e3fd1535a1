/*
title = "Contacts resolved at first contact"
question = "Is the matter settled the first time somebody rings?"
family = "customer"
themes = ["quality", "resources"]
numerator = "First contacts that the handler marked as resolved and the caller did not ring about again within 14 days"
denominator = "First telephone contacts with a service request, from a known number, where the handler recorded whether it was resolved"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 100
settles_after_days = 14
looks_ahead_days = 14
needs = { calls = ["stage", "outcome", "offered_at", "disposition", "incident_ref", "contact_reason", "caller_hash", "resolved_first_contact"] }
reads = ["call_sequence"]
dimensions = ["caller_number", "assertion", "line_type", "origin"]
default = { caller_number = ["known"], assertion = ["recorded"] }
read_with = ["ops_repeat_contact_rate"]
caveats = [
    "On its own the handler's word flatters: the caller must also not ring again.",
    "Ringing again means: the same caller, within 14 times 24 hours, about the same incident or to chase (progress chase, or no one came).",
    "A chasing call counts against every first contact by that caller in the 14 days before, whatever it was about.",
    "A first contact is not a chasing call, and the same caller did not ring about the same incident in the 14 days before.",
    "Figures for the last 14 days of the exports are not final: a month looks too good until the next month's calls have arrived.",
    "For the first 14 days of the exports it is not known what callers rang about before.",
    "Withheld numbers cannot be followed and are left out: see the breakdown by caller_number for how many.",
    "Calls where the handler recorded nothing are left out: see the breakdown by assertion for how many.",
    "Callers are told apart by a keyed hash of their number. Someone who calls from another telephone counts as another caller; several people behind one number count as one.",
    "Silent calls, hoaxes, calls without a policing purpose (such as wrong numbers), internal calls and calls whose result was not recorded are not service requests.",
    "A call that was put through was not settled by the first person. What was recorded on its second leg does not count.",
    "14 days is this product's definition: there is no published standard.",
    "Telephone only: someone who comes back to a front counter is not seen.",
]
source = "Concept: getting it right first time (HMIC, Managing Demand, 1.2.1); definition: this product"
owner = "local owner to be named"
*/
select
    'calls:' || calls.call_id as row_id,
    calls.bocu_code as area_code,
    calls.offered_on as on_date,
    case
        when calls.caller is not null
            then (calls.resolved_first_contact and sequence.later_seconds is null)::int
    end as numerator,
    1 as denominator,
    case when calls.caller is null then 'withheld' else 'known' end as caller_number,
    case when calls.resolved_first_contact is null then 'missing' else 'recorded' end
        as assertion,
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
    and coalesce(calls.contact_reason not in ('progress_chase', 'repeat_no_attendance'), true)
    and sequence.earlier_seconds is null
