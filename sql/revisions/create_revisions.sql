create table revisions (
    kpi varchar,
    part varchar,
    area_code varchar,
    on_date date,
    was_value double,
    was_n bigint,
    was_numerator double,
    was_denominator double,
    was_digest varchar,
    was_build varchar,
    was_as_at date,
    was_provisional boolean,
    reason varchar
)
