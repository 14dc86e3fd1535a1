/* What could be read of each refused row: where it belongs, and which key it has. */
copy (
    select
        {import_id} as import_id,
        line,
        strftime({happened}, '%Y-%m') as month,
        {area}::varchar as area_code,
        {places} as places,
        struct_pack({key}) as key
    from read_parquet({staged}, hive_partitioning = true)
    where
        fate = 'refused'
        or (fate = 'accepted' and line in ({repeated}))
    union all by name
    select
        {import_id} as import_id,
        line
    from unsplittable
    order by line
) to {target} (format parquet, compression zstd)
