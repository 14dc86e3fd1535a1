{asked},

counted as (
    select
        kpis.question,
        cells.kpi,
        codes.area,
        dates.period_start,
        cells.value,
        sum(cells.frequency)::bigint as frequency
    from {cells} as cells
    inner join codes on cells.area_code = codes.area_code
    inner join kpis
        on cells.kpi = kpis.kpi
        and codes.question = kpis.question
    inner join dates
        on cells.on_date = dates.on_date
        and kpis.question = dates.question
    -- a join does not reach the files of years, a constant does
    where {within}
    group by kpis.question, cells.kpi, codes.area, dates.period_start, cells.value
)

select
    question,
    kpi,
    area,
    period_start,
    list(value order by value) as known_values,
    list(frequency order by value) as frequencies
from counted
group by question, kpi, area, period_start
order by question, kpi, area, period_start
