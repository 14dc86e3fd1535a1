copy (
    {current}
    select *
    from ({mart})
    where {condition}
) to {target} (format parquet, compression zstd)
