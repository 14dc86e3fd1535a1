/*
title = "Amounts a thousand times smaller or larger than usual"
says = "Amounts of one unit differ from its other months as pounds do from thousands of pounds: costs are not known."
source = "finance_monthly"
reads = ["finance_monthly"]
looks_days = 366
unusable = { finance_monthly = ["budget_profiled", "actual", "accrual"] }
*/
with entries as (
    select
        *,
        concat_ws('/', unit_code, cost_centre_type, cost_type, basis) as kind
    from finance_monthly
    -- year-end adjustments can be of any size
    where coalesce(period, 1) <> 13
),

months as (
    select
        kind,
        month_on,
        abs(sum(actual)) as amount
    from entries
    group by kind, month_on
    having amount > 0
),

usual as (
    select
        kind,
        median(amount) as amount
    from months
    group by kind
    having count(*) >= 4
)

select
    -- entries without a unit belong to the force
    coalesce(entries.unit_code, 'MPS') as area_code,
    entries.month_on as on_date,
    'finance_monthly:' || entries.entry_ref as row_id
from entries
inner join months on months.kind = entries.kind and months.month_on = entries.month_on
inner join usual on usual.kind = entries.kind
where
    -- far beyond a usual month, close to a factor of a thousand
    months.amount < usual.amount / 200
    or months.amount > usual.amount * 200
