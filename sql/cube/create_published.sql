create table published (
    kpi varchar,
    area_code varchar,
    period_start date,
    period_end date,
    value decimal(18, 6),
    n bigint
)
