select
    area_code,
    period_start_on,
    period_end_on,
    value::double as value,
    n,
    count(distinct value) over (
        partition by area_code, period_start_on, period_end_on
    ) as publishers,
    source
from mart_published_figures
where kpi_id = ? and list_contains(?::varchar[], area_code)
order by period_start_on, period_end_on, area_code, source
