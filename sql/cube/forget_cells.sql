truncate {place}.{table}
