insert into month_values
select
    kpi,
    area_code,
    date_trunc('month', on_date)::date as month_on,
    value,
    sum(frequency)::bigint as frequency
from day_values
where
    kpi = {kpi}
    and ({condition})
group by kpi, area_code, month_on, value
order by area_code, month_on, value
