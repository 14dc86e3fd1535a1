recounted as (
    select
        unnest(?::varchar[]) as kpi,
        unnest(?::date[]) as first_on,
        unnest(?::date[]) as last_on,
        unnest(?::double[]) as unit,
        unnest(?::double[]) as quantile,
        unnest(?::varchar[]) as digest,
        unnest(?::varchar[]) as reason,
        unnest(?::boolean[]) as is_redefined,
        unnest(?::date[]) as as_at,
        unnest(?::int[]) as settles_after_days
)
