/* Refused rows that nothing has made good: they are missing, or an older version of
   them counts. A later edition of the period, or a mended row, settles one. */
insert into row_losses
{current},

lost_rows as (
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
    select lost_rows.*
    from lost_rows
    where
        not exists (
            select 1
            from mended
            where
                mended.file = lost_rows.file
                and mended.line = lost_rows.line
        )
        and not exists (
            select 1
            from imports as edition
            where
                edition.mapping = lost_rows.mapping
                and edition.replaces = 'period'
                and edition.areas is null
                and (edition.extracted_at, edition.import_id)
                > (lost_rows.extracted_at, lost_rows.import_id)
                and edition.covers_from
                <= coalesce((lost_rows.month || '-01')::date, lost_rows.covers_from)
                and edition.covers_to
                >= coalesce(last_day((lost_rows.month || '-01')::date), lost_rows.covers_to)
        )
)

select
    {source} as source,
    {month} as month,
    unmended.import_id,
    -- an older version is in the figures of its own month and place
    coalesce(
        date_trunc('month', held.{happened})::date, (unmended.month || '-01')::date
    ) as month_on,
    case when {has_row} then {held_places} else coalesce(unmended.places, []) end
        as places,
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
