select
    id,
    digest,
    header,
    sql
from cube.kpis
order by id
