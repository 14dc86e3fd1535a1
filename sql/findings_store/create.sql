create table findings (
    finding varchar,
    source varchar,
    area_code varchar,
    month_on date,
    first_on date,
    last_on date,
    row_count bigint,
    example varchar
)
