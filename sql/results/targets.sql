select
    kpi_id,
    area,
    comparator,
    value,
    value_to,
    status,
    owner,
    coalesce(source, 'local target to be set') as source,
    valid_from::date as first_on,
    valid_to::date as last_on
from cube.target
order by kpi_id, area, first_on
