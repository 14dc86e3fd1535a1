select * from {place}.{table}
