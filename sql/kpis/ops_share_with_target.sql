/*
title = "Indicators with an adopted target"
question = "For how much of it has somebody said how good is good enough?"
family = "operational"
themes = ["indicators"]
tier = "about"
numerator = "Core indicators with a target of the force that applied in the month: statutory, in a plan, or local"
denominator = "Core indicators in the catalogue"
kind = "proportion"
unit = "percent"
better = "neither"
area = "mps"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "month" }
min_n = 1
settles_after_days = 31
needs = {}
stage = "after_cube"
read_with = ["ops_share_measured"]
caveats = [
    "A published standard that no one adopted for the force is not counted.",
    "Some indicators are read with others and are meant to have no target.",
    "For a quarter or year every month of an indicator counts once.",
]
source = "HMIC, Managing Demand (2004), 3.1.4: no SMART aims; definition: this product"
owner = "local owner to be named"
*/
select
    'kpis:' || kpis.id || '/' || strftime(months.on_date, '%Y-%m') as row_id,
    null as area_code,
    months.on_date,
    (count(target.kpi_id) > 0)::int as numerator,
    1 as denominator
from months
cross join cube.kpis as kpis
left join cube.target as target
    on target.kpi_id = kpis.id
    and target.area = 'MPS'
    and target.status in ('statutory', 'plan', 'local')
    and target.value is not null
    and months.on_date between coalesce(target.valid_from, date '1900-01-01')
        and coalesce(target.valid_to, date '9999-12-31')
where json_extract_string(kpis.header, '$.tier') = 'core'
group by kpis.id, months.on_date
