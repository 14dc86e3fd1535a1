select
    part as reason,
    coalesce(strftime({happened}, '%Y-%m'), '') as month,
    count(*) as row_count
from read_parquet({staged}, hive_partitioning = true)
where fate = 'filtered'
group by all
order by all
