select count(*) as row_count
from read_parquet({file})
where month < ?
