create table areas (
    code varchar,
    name varchar,
    kind varchar
)
