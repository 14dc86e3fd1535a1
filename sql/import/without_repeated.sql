copy (
    select staged.*
    from read_parquet({staged}, hive_partitioning = true) as staged
    anti join (select line from repeated where verdict <> 'kept') as gone using (line)
    where staged.fate = 'accepted'
) to {target} (format parquet, compression zstd, partition_by (fate, part))
