insert into published
{rows}
select
    {kpi} as kpi,
    area_code,
    on_date as period_start,
    until_date as period_end,
    value,
    n
from kpi_rows
order by area_code, period_start, period_end
