create table affected as
select distinct {key}
from read_parquet([{files}], union_by_name = true, hive_partitioning = false)
