select
    imports.file,
    mart.line,
    {columns}
from {mart} as mart
left join cube.imports as imports on imports.import_id = mart.import_id
where {on_date} between ? and ?
    and (? = 'MPS' or {is_of_area})
    and {condition}
order by {on_date}, {ref}
{limit}
