select
    applies_to,
    area,
    seconds,
    valid_from::date as first_on,
    valid_to::date as last_on,
    source
from cube.standards
order by applies_to, area, first_on
