create table kpi_texts (
    kpi varchar,
    digest varchar,
    header varchar,
    sql varchar,
    first_build varchar
)
