{mart} as (
    select *
    from {view}
    where {condition}
)
