/*
title = "Amounts a thousand times smaller or greater than usual"
says = "Amounts of one unit differ from its other months as pounds from thousands of pounds: costs cannot be told."
source = "finance_monthly"
reads = ["finance_monthly"]
looks_days = 366
unusable = { finance_monthly = ["actual"] }
*/
with amounts as (
    select
        entry_ref,
        unit_code,
        month_on,
        abs(actual) as amount,
        median(abs(actual)) over (
            partition by unit_code, cost_centre_type, cost_type, basis
        ) as usual,
        count(*) over (
            partition by unit_code, cost_centre_type, cost_type, basis
        ) as month_count
    from finance_monthly
    where actual <> 0 and coalesce(period, 1) <> 13
)

select
    unit_code as area_code,
    month_on as on_date,
    'finance_monthly:' || entry_ref as row_id
from amounts
where
    month_count >= 4
    -- far from what a month may be, near to a factor of a thousand
    and (amount < usual / 200 or amount > usual * 200)
