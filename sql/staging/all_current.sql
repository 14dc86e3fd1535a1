with {current} as (
    {lake_rows}
)
