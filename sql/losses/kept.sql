/* Rows that count, by what of them could not be read. */
insert into row_losses
{current}
select
    {source} as source,
    strftime({happened}, '%Y-%m') as month,
    import_id,
    date_trunc('month', {happened})::date as month_on,
    {places} as places,
    {columns} as columns,
    'kept' as fate,
    count(*) as row_count
from {name}
where strftime({happened}, '%Y-%m') in ({months})
group by all
