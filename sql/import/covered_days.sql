select
    min({happened}::date) as first_on,
    max({happened}::date) as last_on
from read_parquet({staged}, hive_partitioning = true)
where fate = 'accepted'
