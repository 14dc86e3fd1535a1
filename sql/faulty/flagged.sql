select
    line,
    flag.rule as rule,
    coalesce(flag."column", '') as column_name,
    coalesce(flag.value, '') as value,
    '' as remedy
from (
    select
        line,
        unnest(flags) as flag
    from read_parquet([{files}], hive_partitioning = false)
    where flags is not null
)
