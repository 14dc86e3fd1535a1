create table month_values as
select
    kpi,
    area_code,
    date_trunc('month', on_date)::date as on_date,
    value,
    sum(frequency)::bigint as frequency
from day_values
group by kpi, area_code, date_trunc('month', on_date), value
order by kpi, area_code, on_date, value
