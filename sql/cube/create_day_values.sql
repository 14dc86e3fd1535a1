create table {place}.day_values (
    kpi varchar,
    area_code varchar,
    on_date date,
    value bigint,
    frequency bigint
)
