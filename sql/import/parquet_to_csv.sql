copy (select columns(*)::varchar from read_parquet({source})) to {target} (format csv, header)
