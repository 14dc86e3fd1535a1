copy (select {columns} from read_parquet({source})) to {target} (format csv, header)
