select
    fate,
    problem.rule as rule,
    problem."column" as column_name,
    min(problem.value) as example,
    min(line) as first_line,
    count(distinct line) as row_count
from (
    select
        fate,
        line,
        unnest(flags) as problem
    from read_parquet({staged}, hive_partitioning = true)
    where flags is not null
)
group by fate, problem.rule, problem."column"
order by first_line, rule
