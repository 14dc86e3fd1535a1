/*
title = "Spend against profiled budget"
question = "Do we spend what we planned to?"
family = "financial"
themes = ["resources"]
tier = "reserve"
numerator = "Outturn, accruals included, minus the budget profiled for the same months"
denominator = "Budget profiled for those months"
kind = "ratio"
unit = "percent"
better = "nearer_zero"
area = "bocu"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "month", bocu = "month" }
min_n = 1
settles_after_days = 31
needs = { finance_monthly = ["budget_profiled", "actual", "accrual", "basis"] }
dimensions = ["cost_centre_type", "cost_type"]
caveats = [
    "Above zero means more was spent than planned. Each period is compared with its own budget, a month with the month's, a financial year with the year's.",
    "For the year to date read the financial year: it is provisional until the months to March are in.",
    "Compared with the budget as profiled over the year, never with a twelfth a month.",
    "A late invoice that was not accrued makes one month look cheap and a later one expensive.",
    "Overspending and underspending cancel out: see the breakdowns.",
    "It includes every cost in the export, capital charges too.",
    "Sites, and what belongs to no borough, count only in the force's figure.",
    "March includes the adjustments of period 13, which have no budget of their own.",
    "Forecasts are left out.",
]
source = "MPA Finance 16 Feb 2006, report 4, shows 0.4 percent; a margin of 1 percent is usual, unverified"
owner = "local owner to be named"
*/
select
    'finance_monthly:' || entry_ref as row_id,
    unit_code as area_code,
    month_on as on_date,
    coalesce(actual, 0) + coalesce(accrual, 0) - coalesce(budget_profiled, 0)
        as numerator,
    budget_profiled as denominator,
    cost_centre_type,
    cost_type
from finance_monthly
where basis = 'outturn'
