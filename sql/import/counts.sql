select
    fate,
    part,
    count(*) as row_count
from read_parquet({staged}, hive_partitioning = true)
group by fate, part
