select
    applies_to,
    coalesce(valid_from, date '1900-01-01')::date as first_on,
    coalesce(valid_to, date '9999-12-31')::date as last_on
from cube.standards
order by applies_to, first_on
