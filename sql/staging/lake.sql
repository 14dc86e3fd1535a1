select {names}
from (
    {no_rows}
    union all by name
    select *
    from read_parquet([{files}], union_by_name = true, hive_partitioning = false)
)
