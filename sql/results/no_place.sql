select
    null::varchar as row_id,
    null::varchar as import_id,
    null::bigint as line
where false
