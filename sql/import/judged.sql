create view judged as
with texts as (
    select
        _record,
        {filtered} as _filtered,
        {texts}
    from {rows}
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
