create table imports (
    import_id varchar,
    source varchar,
    mapping varchar,
    file varchar,
    replaces varchar,
    extracted_at timestamptz,
    covers_from timestamp,
    covers_to timestamp,
    areas varchar[],
    columns varchar[],
    holes varchar[][],
    filtered varchar[][]
)
