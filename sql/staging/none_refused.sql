select
    null::varchar as import_id,
    struct_pack({key}) as key
from lake_rows as lake
where false
