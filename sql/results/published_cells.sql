select
    kpi,
    area_code as area,
    period_start,
    period_end,
    max(value) as value,
    max(n) as n,
    count(distinct value) as publishers
from cube.published
where list_contains(?::varchar[], area_code) and list_contains(?::varchar[], kpi)
group by kpi, area_code, period_start, period_end
