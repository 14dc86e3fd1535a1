{name}_values as (
    select
        cells.kpi,
        scope.area as area_code,
        cells.on_date,
        cells.value,
        sum(cells.frequency) as frequency
    from {cells} as cells
    semi join changed using (kpi, on_date)
    inner join {scope} as scope on scope.area_code = cells.area_code
    group by all
),

{name}_ranked as (
    select
        *,
        sum(frequency) over (
            partition by kpi, area_code, on_date
            order by value
        ) as last_rank,
        sum(frequency) over (partition by kpi, area_code, on_date) as n
    from {name}_values
),

{name}_places as (
    select
        ranked.*,
        (ranked.n - 1) * recounted.quantile as place
    from {name}_ranked as ranked
    inner join recounted
        on ranked.kpi = recounted.kpi
        and ranked.on_date between recounted.first_on and recounted.last_on
),

{name}_neighbours as (
    select
        kpi,
        area_code,
        on_date,
        any_value(n) as n,
        any_value(place) - floor(any_value(place)) as part_of_step,
        min(value) filter (where last_rank >= floor(place) + 1) as below,
        min(value) filter (where last_rank >= ceil(place) + 1) as above
    from {name}_places
    group by kpi, area_code, on_date
),

{name} as (
    select
        kpi,
        area_code,
        on_date,
        n,
        below + (above - below) * part_of_step as value
    from {name}_neighbours
)
