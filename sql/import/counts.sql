select
    fate,
    part,
    count(*) as row_count,
    count(flags) as flagged
from read_parquet({staged}, hive_partitioning = true)
group by fate, part
