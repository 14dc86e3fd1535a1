{rows}
select
    {ref},
    {day}
from ({mart})
