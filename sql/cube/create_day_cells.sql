create table {place}.day_cells (
    kpi varchar,
    part varchar,
    area_code varchar,
    on_date date,
    n bigint,
    numerator decimal(38, 6),
    denominator decimal(38, 6),
    numerator_squared decimal(38, 12),
    denominator_squared decimal(38, 12),
    product decimal(38, 12),
    base decimal(38, 6)
)
