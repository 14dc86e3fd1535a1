select
    applies_to,
    valid_from::date as first_on,
    valid_to::date as last_on
from cube.standards
order by applies_to, first_on
