create table repeated as
with accepted as (
    select *
    from read_parquet({staged}, hive_partitioning = true)
    where fate = 'accepted'
),

keys as (
    select {key}
    from accepted
    group by {key}
    having count(*) > 1
),

repeated_rows as (
    select
        accepted.line,
        first_value(accepted.line) over in_file_order as first_line,
        row({columns}) is distinct from first_value(row({columns})) over in_file_order
            as differs
    from accepted
    semi join keys using ({key})
    window in_file_order as (
        partition by {key}
        order by accepted.line
        rows between unbounded preceding and unbounded following
    )
)

select
    line,
    case
        when bool_or(differs) over (partition by first_line) then 'key_repeated'
        when line <> first_line then 'duplicate'
        else 'kept'
    end as verdict
from repeated_rows
