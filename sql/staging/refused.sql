select
    import_id,
    key
from read_parquet([{files}], hive_partitioning = false)
