select
    bocu_code,
    gss_code,
    borough_name,
    tile_row,
    tile_col
from cube.bocu
order by bocu_code
