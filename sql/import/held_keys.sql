with incoming as (
    select *
    from read_parquet({staged}, hive_partitioning = true)
    where fate = 'accepted'
),

held as (
    select *
    from read_parquet([{held}], union_by_name = true, hive_partitioning = false)
    semi join incoming using ({key})
    qualify row_number() over (
        partition by {key}
        order by extracted_at desc, import_id desc
    ) = 1
),

compared as (
    select
        {is_equal} as is_equal,
        (incoming.extracted_at, incoming.import_id)
        > (held.extracted_at, held.import_id) as is_newer
    from incoming
    inner join held using ({key})
)

select
    count(*) filter (where is_equal) as duplicates,
    count(*) filter (where not is_equal and is_newer) as superseded
from compared
