create macro whole_date(written) as (
    case
        when regexp_full_match(written, '\d{4}[-/]\d\d?[-/]\d\d?')
            then try_cast(written as date)
        when local_clock(written) is not null then local_clock(written)::date
        -- the day that is written must be the day on which it was here
        when with_offset(written)::date = try_cast(left(written, 10) as date)
            then with_offset(written)::date
    end
)
