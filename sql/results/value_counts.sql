select
    value,
    sum(frequency)::bigint as frequency
from day_values
where
    kpi = ?
    and on_date between ? and ?
    and (? = 'MPS' or list_contains(?::varchar[], area_code))
group by value
order by value
