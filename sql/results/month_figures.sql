month_figures as (
    select
        kpi,
        on_date
    from month_cells
    group by kpi, on_date
    having sum(numerator) is not null and sum(denominator) > 0
    union
    select
        kpi,
        on_date
    from month_values
    union
    select
        kpi,
        unnest(generate_series(period_start, period_end, interval 1 month))::date
            as on_date
    from cube.published
),

months as (
    select distinct on_date
    from month_figures
)
