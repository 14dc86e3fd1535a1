copy (
    select *
    from ({mart})
    where false
) to {target} (format parquet)
