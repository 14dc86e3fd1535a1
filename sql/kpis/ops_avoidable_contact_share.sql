/*
title = "Avoidable contact"
question = "How many calls would not have been needed, had we done our work well?"
family = "operational"
themes = ["resources", "expectations"]
numerator = "Calls assessed as avoidable"
denominator = "Answered calls that were sampled and assessed"
kind = "proportion"
unit = "percent"
better = "lower"
area = "mps"
chart = "p_prime"
smallest_period = { mps = "quarter" }
min_n = 400
settles_after_days = 14
needs = { calls = ["stage", "outcome", "avoidable_contact"] }
dimensions = ["line_type", "contact_reason", "origin"]
caveats = [
    "It is a judgement: two people should assess the same calls and compare.",
    "It is a sample: it stands for all calls only if it was drawn at random. Exports do not say how it was drawn.",
    "Calls only. Visits to front counters are sampled separately, and a sum of two samples would say more about their sizes than about the contacts.",
    "For the whole force and by quarter: 400 assessed calls in each borough and quarter would be 51,200 a year.",
    "Avoidable for the caller does not mean useless to the police.",
    "National indicator NI 14, for councils, changed its definition: contacts for each resolved request in 2007, a share in 2008. It never applied to the police.",
    "Over a quarter of the Metropolitan Police's non-emergency calls had no policing purpose in 2024: that is another question.",
    "A call's second leg is not a second contact.",
]
source = "NI 14 (councils, February 2008), by analogy; definition: this product"
owner = "local owner to be named"
*/
select
    'calls:' || call_id as row_id,
    bocu_code as area_code,
    offered_on as on_date,
    avoidable_contact::int as numerator,
    1 as denominator,
    line_type,
    contact_reason,
    origin
from calls
where
    avoidable_contact is not null
    and outcome in ('answered', 'transferred_out')
    and stage = 'primary'
    and line_type <> 'internal'
