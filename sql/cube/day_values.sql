insert into {place}.day_values
{rows}
select
    {kpi} as kpi,
    coalesce(area_code, '') as area_code,
    on_date,
    value,
    count(*) as frequency
from kpi_rows
group by area_code, on_date, value
order by area_code, on_date, value
