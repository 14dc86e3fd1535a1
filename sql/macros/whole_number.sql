create macro whole_number(written) as (
    case
        when try_cast(written as decimal(18, 6)) = trunc(try_cast(written as decimal(18, 6)))
            then try_cast(written as decimal(18, 6))::bigint
    end
)
