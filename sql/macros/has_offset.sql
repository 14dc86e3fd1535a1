create macro has_offset(written) as (
    contains(written, ':')
    and (
        ends_with(upper(written), 'Z')
        or substr(written, -6, 1) in ('+', '-')
        or substr(written, -5, 1) in ('+', '-')
        or substr(written, -3, 1) in ('+', '-')
    )
)
