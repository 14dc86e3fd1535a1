/* Rows of any fate: a refused row shows too that its day is in the file. */
select
    {happened}::date as on_date,
    {area} as area,
    {borough} as borough,
    count(*) as row_count
from read_parquet({staged}, hive_partitioning = true)
where {happened} is not null
group by all
order by all
