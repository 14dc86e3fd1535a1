select
    period_start,
    period_end
from cube.published
where kpi = ? and area_code = ?
