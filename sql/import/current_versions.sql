create table {table} as
{current}
select
    struct_pack({key_parts}) as key,
    import_id,
    line,
    strftime({happened}, '%Y-%m') as month,
    {area}::varchar as area_code,
    hash({columns}) as content
from {name}
