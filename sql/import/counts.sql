select
    fate,
    part,
    count(*) as row_count,
    count(flags) as flagged,
    min({happened}) as first_at,
    max({happened}) as last_at,
    min(line) as first_line
from read_parquet({staged}, hive_partitioning = true)
group by fate, part
