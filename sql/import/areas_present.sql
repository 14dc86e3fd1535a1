select distinct {area} as area_code
from read_parquet({staged}, hive_partitioning = true)
where fate = 'accepted' and {area} is not null
order by area_code
