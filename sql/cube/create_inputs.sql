create table inputs (
    what varchar,
    month varchar,
    hash varchar
)
