/* How the rows that count after a change differ from those that counted before. */
with versions as (
    select
        earlier.month as earlier_month,
        later.month as later_month,
        case
            when earlier.import_id is null then 'added'
            when later.import_id is null then 'retired'
            when earlier.content <> later.content then 'replaced'
        end as fate
    from earlier
    full join later using (key)
)

select
    count(*) filter (where fate = 'added') as added,
    count(*) filter (where fate = 'replaced') as replaced,
    count(*) filter (where fate = 'retired') as retired,
    list_sort(list_distinct(flatten(
        list([earlier_month, later_month]) filter (where fate is not null)
    ))) as months
from versions
