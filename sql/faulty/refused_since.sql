copy (
    select *
    from read_parquet({file})
    where month is null or month >= {first}
) to {target} (format parquet, compression zstd)
