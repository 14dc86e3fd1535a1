select
    {source} || ':' || {ref} as row_id,
    import_id,
    line
from {mart}
where {on_date} between {first} and {last}
