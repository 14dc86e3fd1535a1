create table kpis (
    id varchar,
    kind varchar,
    digest varchar,
    header varchar,
    sql varchar
)
