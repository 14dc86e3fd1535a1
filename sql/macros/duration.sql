create macro duration(written) as (
    case
        -- hours, minutes and seconds, such as 0:01:30
        when regexp_full_match(written, '\d{1,6}:[0-5]\d:[0-5]\d([.]\d+)?')
            then split_part(written, ':', 1)::decimal(12, 3) * 3600
                + split_part(written, ':', 2)::decimal(12, 3) * 60
                + split_part(written, ':', 3)::decimal(12, 3)
        else try_cast(amount(written) as decimal(12, 3))
    end
)
