with {mart} as (
    select *
    from read_parquet([{files}], hive_partitioning = false)
)
