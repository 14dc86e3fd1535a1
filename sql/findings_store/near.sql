{mart} as not materialized (
    select *
    from {view}
    where {on_date} between {first}::date and {last}::date
)
