copy (
    select
        import_id,
        line,
        month,
        area_code,
        key
    from earlier
    anti join later using (key)
    order by import_id, line
) to {target} (format parquet, compression zstd)
