/* Refused rows that nothing has made good: they are missing, or an older version of
   them counts. A later edition of the period, or a mended row, settles one. */
insert into row_losses
{current},

refused as (
    select
        lost.*,
        own.extracted_at,
        own.mapping,
        own.covers_from,
        own.covers_to,
        own.file
    from read_parquet([{files}], union_by_name = true, hive_partitioning = false) as lost
    inner join imports as own using (import_id)
),

unmended as (
    select refused.*
    from refused
    where
        not exists (
            select 1
            from mended
            where
                mended.file = refused.file
                and mended.line = refused.line
        )
        and not exists (
            select 1
            from imports as edition
            where
                edition.mapping = refused.mapping
                and edition.replaces = 'period'
                and edition.areas is null
                and (edition.extracted_at, edition.import_id)
                > (refused.extracted_at, refused.import_id)
                and edition.covers_from
                <= coalesce((refused.month || '-01')::date, refused.covers_from)
                and edition.covers_to
                >= coalesce(last_day((refused.month || '-01')::date), refused.covers_to)
        )
)

select
    {source} as source,
    {month} as month,
    unmended.import_id,
    (unmended.month || '-01')::date as month_on,
    coalesce(unmended.places, []) as places,
    [] as columns,
    case when {has_row} then 'outdated' else 'refused' end as fate,
    count(*) as row_count
from unmended
left join {name} as held
    on {same_key}
where
    held.import_id is null
    or (held.extracted_at, held.import_id) < (unmended.extracted_at, unmended.import_id)
group by all
