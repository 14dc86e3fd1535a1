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
)
