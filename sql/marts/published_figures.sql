select
    concat_ws('/', kpi_id, area_code, period_start_on, period_end_on, source)
        as figure_ref,
    period_start_on,
    kpi_id,
    area_code,
    period_end_on,
    value,
    n,
    source,
    import_id,
    line
from current_published_figures
