/* As numbers.sql, for medians and percentiles: from how often each value occurs. */
insert into revisions
with {recounted},

cells_then as (
    select
        cells.kpi,
        cells.area_code,
        cells.on_date,
        cells.value,
        cells.frequency,
        recounted.is_redefined
    from previous_month_values as cells
    inner join recounted
        on cells.kpi = recounted.kpi
        and cells.on_date between recounted.first_on and recounted.last_on
    where
        ({condition})
        -- a month that was not over had no figure yet
        and last_day(cells.on_date) < recounted.as_at
),

cells_now as (
    select
        kpi,
        area_code,
        on_date,
        value,
        frequency
    from month_values
    semi join cells_then using (kpi, on_date)
    where ({condition})
),

prints_then as (
    select
        kpi,
        area_code,
        on_date,
        sum(hash(value, frequency)) as print,
        bool_or(is_redefined) as is_redefined
    from cells_then
    group by kpi, area_code, on_date
),

prints_now as (
    select
        kpi,
        area_code,
        on_date,
        sum(hash(value, frequency)) as print
    from cells_now
    group by kpi, area_code, on_date
),

changed as (
    select distinct
        kpi,
        on_date
    from prints_then
    full join prints_now using (kpi, area_code, on_date)
    where
        prints_then.print is distinct from prints_now.print
        or prints_then.is_redefined
),

{scope_then},

{scope_now},

{figures_then},

{figures_now}

select
    figures_then.kpi,
    '' as part,
    figures_then.area_code,
    figures_then.on_date,
    figures_then.value as was_value,
    figures_then.n::bigint as was_n,
    null as was_numerator,
    null as was_denominator,
    recounted.digest as was_digest,
    ? as was_build,
    ? as was_as_at,
    last_day(figures_then.on_date) + recounted.settles_after_days >= recounted.as_at
        as was_provisional,
    recounted.reason
from figures_then
left join figures_now using (kpi, area_code, on_date)
inner join recounted
    on figures_then.kpi = recounted.kpi
    and figures_then.on_date between recounted.first_on and recounted.last_on
where
    figures_then.n is distinct from figures_now.n
    or figures_then.value is distinct from figures_now.value
    or recounted.is_redefined
order by figures_then.kpi, figures_then.area_code, figures_then.on_date
