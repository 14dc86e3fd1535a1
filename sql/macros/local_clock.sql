create macro local_clock(written) as (
    case
        when contains(written, ':')
            and right(written, 1) between '0' and '9'
            and not has_offset(written)
            then try_cast(written as timestamp)
    end
)
