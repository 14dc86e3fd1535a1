select
    'calls:' || call_id as row_id,
    import_id,
    line
from mart_calls
where offered_on between {first} and {last}
