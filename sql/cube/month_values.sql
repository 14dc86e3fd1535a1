insert into {place}.month_values
select
    kpi,
    area_code,
    date_trunc('month', on_date)::date as on_date,
    value,
    sum(frequency)::bigint as frequency
from {place}.day_values
where
    kpi = {kpi}
    and ({condition})
group by all
order by area_code, on_date, value
