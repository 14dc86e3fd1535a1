with problems as (
    select
        fate,
        line,
        problem.rule as rule,
        problem."column" as column_name,
        problem.value as example
    from (
        select
            fate,
            line,
            unnest(flags) as problem
        from read_parquet({staged}, hive_partitioning = true)
        where fate = 'refused' and flags is not null
    )
)

select
    fate,
    rule,
    arg_min(column_name, line) as column_name,
    arg_min_null(example, line) as example,
    min(line) as first_line,
    count(distinct line) as row_count
from problems
where {refuses}
group by fate, rule
order by first_line, rule
