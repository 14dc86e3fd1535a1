describe
with {near},

found as (
    {select}
)

select *
from found
