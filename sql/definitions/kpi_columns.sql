describe
{rows}
select *
from kpi_rows
