create view judged as
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
),

cleaned as (
    select
        _record,
        {cleaned}
    from export_rows
),

texts as (
    select
        _record,
        {filtered} as _filtered,
        {texts}
    from cleaned
),

typed as (
    select
        texts.*,
        {typed}
    from texts
)

select
    *,
    {faults} as _faults
from typed
