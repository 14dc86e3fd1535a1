select
    kpi,
    area_code as area,
    period_start,
    period_end,
    value,
    n
from cube.published
where list_contains(?::varchar[], area_code) and list_contains(?::varchar[], kpi)
