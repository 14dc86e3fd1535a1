create view {name} as
{rows}
select *
from ({mart})
