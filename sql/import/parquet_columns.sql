describe select * from read_parquet({source})
