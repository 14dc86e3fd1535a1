select
    name,
    kind,
    valid_from::date as first_on,
    valid_to::date as last_on,
    bocu_code,
    source
from cube.calendar_event
order by first_on, name
