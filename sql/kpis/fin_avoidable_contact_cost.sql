/*
title = "Cost of avoidable contact"
question = "What do we spend on calls that no one should have had to make?"
family = "financial"
themes = ["resources", "expectations"]
numerator = "Outturn of call handling and control rooms times the share of assessed calls that were avoidable"
denominator = "None: a sum"
kind = "sum"
unit = "pounds"
better = "lower"
area = "mps"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "quarter" }
min_n = 400
settles_after_days = 31
needs = {}
stage = "after_cube"
made_of = ["ops_avoidable_contact_share", "fin_cost_per_call"]
read_with = ["ops_avoidable_contact_share"]
caveats = [
    "A range, never one figure: the share comes from a sample of assessed calls. Spending was not sampled and does not widen the range.",
    "An avoidable call is assumed to cost as much as any other.",
    "One call fewer does not save the average cost of a call.",
    "Telephone only: visits to counters have no cost of their own until the ledger names the place.",
    "It has no rows of its own: see those of its two parts.",
]
source = "Definition: this product; the idea is that of national indicator 14 for councils (2008)"
owner = "local owner to be named"
*/
