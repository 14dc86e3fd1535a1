create table row_losses (
    source varchar,
    month varchar,
    import_id varchar,
    month_on date,
    places varchar[],
    columns varchar[],
    fate varchar,
    row_count bigint
)
