/*
title = "Overtime as a share of pay"
question = "How much of what we pay people to answer and attend is overtime?"
family = "financial"
themes = ["resources"]
numerator = "Outturn of overtime in call handling, control rooms and response teams, accruals included"
denominator = "Outturn of basic pay, allowances and overtime there, accruals included"
kind = "ratio"
unit = "percent"
better = "lower"
area = "bocu"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "month", bocu = "month" }
min_n = 1
settles_after_days = 31
needs = { finance_monthly = ["cost_centre_type", "cost_type", "actual", "accrual", "basis"] }
dimensions = ["cost_centre_type"]
caveats = [
    "Overtime for events and terrorist alerts is in the borough's books, whoever asked for it.",
    "Police and staff overtime behave differently: see the breakdown by cost_centre_type. Response teams are police; call handling and control rooms are staff and police.",
    "Overtime can fill vacancies: read it with vacancies and sickness.",
    "If the ledger has no entry for overtime there is no figure, rather than 0.",
    "Call-handling sites belong to no borough: they count only in the force's figure.",
    "March includes the adjustments of period 13.",
    "Forecasts are left out.",
]
source = "Definition: this product; no published target found"
owner = "local owner to be named"
*/
select
    'finance_monthly:' || entry_ref as row_id,
    unit_code as area_code,
    month_on as on_date,
    case
        when cost_type = 'overtime' then coalesce(actual, 0) + coalesce(accrual, 0)
    end as numerator,
    coalesce(actual, 0) + coalesce(accrual, 0) as denominator,
    cost_centre_type
from finance_monthly
where
    cost_centre_type in ('call_handling', 'control_room', 'response')
    and cost_type in ('basic_pay', 'overtime', 'allowances')
    and basis = 'outturn'
