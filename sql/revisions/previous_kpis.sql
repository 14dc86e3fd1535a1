select
    id,
    digest,
    header
from previous.kpis
