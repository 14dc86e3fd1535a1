copy (
    with in_order as (
        select
            * exclude (file_row_number),
            file_row_number + 1 as _record
        from read_parquet({read}, file_row_number = true, hive_partitioning = false)
    )

    select in_order.* exclude (_record) replace ({line} as line)
    from in_order
    {line_shift}
) to {target} (format parquet, compression zstd, partition_by (fate, part))
