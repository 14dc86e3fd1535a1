/* Rows that count, by what of them could not be read. A row of a day for which a newer
   export holds hardly a row is an older version, though the newest that there is. */
insert into row_losses
{current}

select
    {source} as source,
    strftime({happened}, '%Y-%m') as month,
    import_id,
    date_trunc('month', {happened})::date as month_on,
    {places} as places,
    case
        when exists (
            select 1
            from newer_holes
            inner join imports as own on own.mapping = newer_holes.mapping
            where
                own.import_id = {name}.import_id
                and (newer_holes.extracted_at, newer_holes.import_id)
                > (own.extracted_at, own.import_id)
                and {happened}::date between newer_holes.first_on and newer_holes.last_on
                and newer_holes.area in ('', coalesce({area}, ''))
        ) then list_append({columns}, {any_column})
        else {columns}
    end as columns,
    'kept' as fate,
    count(*) as row_count
from {name}
where strftime({happened}, '%Y-%m') in ({months})
group by all
