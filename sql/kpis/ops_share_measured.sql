/*
title = "Indicators measured"
question = "How much of what we should know do we know?"
family = "operational"
themes = ["indicators"]
tier = "about"
numerator = "Core indicators with a figure for the month"
denominator = "Core indicators in the catalogue"
kind = "proportion"
unit = "percent"
better = "higher"
area = "mps"
chart = "xmr"
counts = "amounts"
smallest_period = { mps = "month" }
min_n = 1
settles_after_days = 31
needs = {}
stage = "after_cube"
read_with = ["ops_share_with_target"]
caveats = [
    "A core indicator without an export that measures it counts as not measured: that is a finding, not a fault.",
    "Whether a figure is reliable is another question: see its state.",
    "For a quarter or year every month of an indicator counts once.",
]
source = "HMIC, Managing Demand (2004), 3.3.7 and 3.3.8; definition: this product"
owner = "local owner to be named"
*/
select
    'kpis:' || kpis.id || '/' || strftime(months.on_date, '%Y-%m') as row_id,
    null as area_code,
    months.on_date,
    (month_figures.kpi is not null)::int as numerator,
    1 as denominator
from months
cross join cube.kpis as kpis
left join month_figures
    on month_figures.kpi = kpis.id
    and month_figures.on_date = months.on_date
where json_extract_string(kpis.header, '$.tier') = 'core'
