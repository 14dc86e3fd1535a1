/* Earlier figures of recounted months that changed, for areas and for the force. */
insert into revisions
with {recounted},

cells_then as (
    select
        cells.kpi,
        cells.part,
        cells.area_code,
        cells.on_date,
        cells.n,
        cells.numerator,
        cells.denominator,
        recounted.is_redefined
    from previous_month_cells as cells
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
        part,
        area_code,
        on_date,
        n,
        numerator,
        denominator
    from month_cells
    semi join cells_then using (kpi, on_date)
    where ({condition})
),

changed as (
    select distinct
        kpi,
        on_date
    from cells_then
    full join cells_now using (kpi, part, area_code, on_date)
    where
        cells_then.n is distinct from cells_now.n
        or cells_then.numerator is distinct from cells_now.numerator
        or cells_then.denominator is distinct from cells_now.denominator
        or cells_then.is_redefined
),

{scope_then},

{scope_now},

figures_then as (
    select
        cells_then.kpi,
        cells_then.part,
        scope_then.area as area_code,
        cells_then.on_date,
        sum(cells_then.n) as n,
        sum(cells_then.numerator) as numerator,
        sum(cells_then.denominator) as denominator,
        bool_or(cells_then.is_redefined) as is_redefined
    from cells_then
    semi join changed using (kpi, on_date)
    inner join scope_then on scope_then.area_code = cells_then.area_code
    group by all
),

figures_now as (
    select
        cells_now.kpi,
        cells_now.part,
        scope_now.area as area_code,
        cells_now.on_date,
        sum(cells_now.n) as n,
        sum(cells_now.numerator) as numerator,
        sum(cells_now.denominator) as denominator
    from cells_now
    semi join changed using (kpi, on_date)
    inner join scope_now on scope_now.area_code = cells_now.area_code
    group by all
),

revised as (
    select distinct
        kpi,
        area_code,
        on_date
    from figures_then
    full join figures_now using (kpi, part, area_code, on_date)
    where
        figures_then.n is distinct from figures_now.n
        or figures_then.numerator is distinct from figures_now.numerator
        or figures_then.denominator is distinct from figures_now.denominator
        or figures_then.is_redefined
)

select
    figures_then.kpi,
    figures_then.part,
    figures_then.area_code,
    figures_then.on_date,
    figures_then.numerator::double * recounted.unit
    / nullif(figures_then.denominator, 0)::double as was_value,
    figures_then.n::bigint as was_n,
    figures_then.numerator::double as was_numerator,
    figures_then.denominator::double / recounted.unit as was_denominator,
    recounted.digest as was_digest,
    ? as was_build,
    ? as was_as_at,
    last_day(figures_then.on_date) + recounted.settles_after_days >= recounted.as_at
        as was_provisional,
    recounted.reason
from figures_then
semi join revised using (kpi, area_code, on_date)
inner join recounted
    on figures_then.kpi = recounted.kpi
    and figures_then.on_date between recounted.first_on and recounted.last_on
order by
    figures_then.kpi,
    figures_then.part,
    figures_then.area_code,
    figures_then.on_date
