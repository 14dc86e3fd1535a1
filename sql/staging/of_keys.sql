select *
from (
    {lake_rows}
)
semi join {keys} using ({key})
