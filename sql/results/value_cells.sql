with kpis as (
    select
        unnest(?::integer[]) as question,
        unnest(?::varchar[]) as kpi
),

scope as (
    select
        unnest(?::integer[]) as question,
        unnest(?::varchar[]) as area,
        unnest(?::varchar[]) as area_code
),

calendar as (
    select
        unnest(?::integer[]) as question,
        unnest(?::date[]) as period_start,
        unnest(?::date[]) as period_end
),

-- equal keys are found by hash; ranges would be tried one by one
dates as (
    select
        question,
        period_start,
        unnest(generate_series(period_start, period_end, interval '1 {size}'))::date
            as on_date
    from calendar
),

codes as (
    select
        question,
        area,
        area_code
    from scope
    where area_code != 'MPS'
    union all
    select
        scope.question,
        scope.area,
        known.area_code
    from scope
    cross join (select distinct area_code from {cells}) as known
    where scope.area_code = 'MPS'
),

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
