create or replace view {name} as select * from read_parquet([{files}], hive_partitioning = false)
