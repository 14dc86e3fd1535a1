select
    digest,
    header,
    sql,
    first_build
from cube.kpi_texts
where kpi = ?
