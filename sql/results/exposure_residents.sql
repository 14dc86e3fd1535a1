covered_days as (
    select distinct
        unnest(generate_series(span.first_on, span.last_on, interval 1 day))::date
            as on_date
    from (values {spans}) as span (first_on, last_on)
),

residents as (
    select
        spans.bocu_code,
        covered_days.on_date,
        spans.residents
    from covered_days
    inner join cube.resident_spans as spans
        on covered_days.on_date between spans.valid_from and spans.valid_to
)
