create view {name} as select * from read_parquet([{files}])
