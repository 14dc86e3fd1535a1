create view cleaned as
with export_rows as (
    select
        row_number() over () as _record,
        {as_written}
    from read_csv(
        {file},
        header = false,
        skip = {skip},
        auto_detect = false,
        delim = {delimiter},
        quote = {quote},
        escape = {quote},
        columns = {columns}
    )
)

select
    _record,
    {cleaned}
from export_rows
