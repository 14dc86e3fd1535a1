select
    kpi_id,
    force,
    period_start::date as period_start,
    period_end::date as period_end,
    value,
    n,
    numerator,
    denominator,
    printed_value,
    definition,
    source
from cube.comparator
where kpi_id = ?
order by force <> 'MPS', force, period_start
