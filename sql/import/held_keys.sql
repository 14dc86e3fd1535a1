/* One import holds a key once, so the rows held for an incoming key are its editions. */
with incoming as (
    select *
    from read_parquet({staged}, hive_partitioning = true)
    where fate = 'accepted'
),

lake as (
    {no_rows}
    union all by name
    select *
    from read_parquet(
        [{held}],
        union_by_name = true,
        hive_partitioning = false,
        filename = 'lake_file'
    )
),

held as (
    select
        *,
        split_part(lake_file, '/', -2) as lake_month
    from lake
    semi join incoming using ({key})
),

newest as (
    select *
    from held
    where import_id in ({current})
    qualify row_number() over (
        partition by {key}
        order by extracted_at desc, import_id desc
    ) = 1
),

compared as (
    select
        incoming.part::varchar as month,
        newest.lake_month,
        newest.import_id is null as is_new,
        {is_equal} as is_equal,
        (incoming.extracted_at, incoming.import_id)
        > (newest.extracted_at, newest.import_id) as is_newer
    from incoming
    left join newest using ({key})
),

touched as (
    select unnest(list_distinct([month, lake_month])) as month
    from compared
    where is_new or (not is_equal and is_newer)
),

moved as (
    select distinct [incoming.part::varchar, held.lake_month] as months
    from incoming
    inner join held using ({key})
    where incoming.part::varchar <> held.lake_month
)

select
    count(*) filter (where not is_new and is_equal) as duplicates,
    count(*) filter (where not is_new and not is_equal and is_newer) as superseded,
    coalesce((select list(months order by months) from moved), []) as moved_months,
    count(*) filter (where is_new) as added,
    coalesce(
        (select list(distinct month order by month) from touched where month is not null),
        []
    ) as months
from compared
