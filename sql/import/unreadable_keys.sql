select count(*) as row_count
from read_parquet({staged}, hive_partitioning = true)
where fate = 'refused' and ({is_unreadable})
