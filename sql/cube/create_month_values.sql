create table {place}.month_values (
    kpi varchar,
    area_code varchar,
    on_date date,
    value bigint,
    frequency bigint
)
