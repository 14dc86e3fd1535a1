/* Each thing and area has one standard a day. */
select
    earlier.applies_to,
    earlier.area,
    earlier.valid_from,
    later.valid_from as also_from
from standards as earlier
inner join standards as later
    on later.applies_to = earlier.applies_to
    and later.area = earlier.area
    and later.valid_from > earlier.valid_from
    and later.valid_from <= earlier.valid_to
