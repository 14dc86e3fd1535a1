with {parts},

kpi_rows as (
    select *
    from (
        {select}
    )
    where {condition}
)
