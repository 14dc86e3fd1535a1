select
    'incidents:' || incident_ref as row_id,
    import_id,
    line
from mart_incidents
where created_on between {first} and {last}
