copy (
    {current}
    select
        *,
        {month} as month
    from ({mart})
    where {condition}
) to {target} (
    format parquet,
    compression zstd,
    partition_by (month),
    overwrite_or_ignore true
)
