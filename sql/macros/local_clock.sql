create macro local_clock(written) as (
    case
        when contains(written, ':')
            then coalesce(
                -- nearly every local time is written in one of these ways
                try_strptime(written, ['%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S']),
                case
                    when regexp_full_match(
                        written,
                        '\d{4}[-/]\d\d?[-/]\d\d?[ T]\d\d?:\d\d(:\d\d([.]\d+)?)?'
                    )
                        then try_cast(written as timestamp)
                    -- a day as spreadsheets keep it, and then its clock
                    when regexp_full_match(
                        written, '\d{4}-\d\d-\d\d 00:00:00 \d\d?:\d\d(:\d\d([.]\d+)?)?'
                    )
                        then try_cast(replace(written, ' 00:00:00 ', ' ') as timestamp)
                end
            )
    end
)
