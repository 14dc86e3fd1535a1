select max(period_start) as period_start
from cube.published
where kpi = ? and area_code = ?
