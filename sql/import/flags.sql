with flagged as (
    select
        line,
        unnest(flags) as flag
    from read_parquet({staged}, hive_partitioning = true)
    where fate = 'accepted' and flags is not null
)

select
    flag.rule as rule,
    coalesce(flag."column", '') as column_name,
    flag.value as value,
    count(*) as row_count,
    (select count(distinct line) from flagged) as flagged,
    min(line) as first_line
from flagged
group by flag.rule, flag."column", flag.value
order by row_count desc, rule, column_name, value
