select
    column_name,
    data_type
from duckdb_columns()
where table_name = ?
order by column_index
