create macro financial_year(written) as (
    case
        when written in (
            concat(try_cast(left(written, 4) as integer), '/', right((try_cast(left(written, 4) as integer) + 1)::varchar, 2)),
            concat(try_cast(left(written, 4) as integer), '/', try_cast(left(written, 4) as integer) + 1)
        )
            then make_date(try_cast(left(written, 4) as integer), 4, 1)
    end
)
