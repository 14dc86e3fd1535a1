select
    applies_to,
    area,
    seconds,
    valid_from,
    valid_to,
    status,
    source
from cube.standards
order by applies_to, area, valid_from
