select {counts}
from read_parquet({staged}, hive_partitioning = true)
where fate = 'accepted'
