copy (
    select
        *,
        strftime({on_date}, '%Y-%m') as month
    from ({mart})
    order by {on_date}, {area}
) to {target} (format parquet, compression zstd, partition_by (month))
