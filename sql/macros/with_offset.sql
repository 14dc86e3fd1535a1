create macro with_offset(written) as (
    case
        -- nearly every instant has its seconds and one of these
        when substr(written, 20) in ('+00:00', '+01:00', 'Z')
            then try_cast(written as timestamptz)
        when regexp_full_match(
            written,
            '\d{4}[-/]\d\d?[-/]\d\d?[ Tt]\d\d?:\d\d(:\d\d([.]\d+)?)? ?([Zz]|[+-](0\d|1[0-3])(:?[0-5]\d)?|[+-]14(:?00)?)'
        )
            then try_cast(
                regexp_replace(
                    replace(upper(written), 'T', ' '), ' ?(Z|[+-][0-9:]+)$', '\1'
                ) as timestamptz
            )
    end
)
