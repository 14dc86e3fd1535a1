select
    'published_figures:' || figure_ref as row_id,
    import_id,
    line
from mart_published_figures
where period_start_on between {first} and {last}
