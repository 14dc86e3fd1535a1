insert into kpi_texts
select
    kpis.id as kpi,
    kpis.digest,
    kpis.header,
    kpis.sql,
    ? as first_build
from kpis
anti join kpi_texts
    on kpi_texts.kpi = kpis.id and kpi_texts.digest = kpis.digest
order by kpis.id
