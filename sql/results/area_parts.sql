select area, part, valid_from, valid_to
from cube.area_parts
order by area, part, valid_from
