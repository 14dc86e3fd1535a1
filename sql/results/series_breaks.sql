select
    kpi_id,
    export,
    bocu_code,
    valid_from::date as first_on,
    reason,
    joinable,
    source
from cube.series_break
order by first_on, kpi_id
