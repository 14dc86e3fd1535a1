select
    import_id,
    line,
    month,
    area_code,
    key
from read_parquet({file})
order by import_id, line
{limit}
