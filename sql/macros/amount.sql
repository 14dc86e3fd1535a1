create macro amount(written) as (
    case
        when regexp_full_match(written, '[+-]?(\d+[.]?\d*|[.]\d+)([eE]-\d+)?')
            then try_cast(written as decimal(18, 6))
        -- digits in groups of three, and pounds; below zero by a minus sign before the
        -- number or behind it, or in brackets
        when regexp_full_match(
            translate(written, '−–‒‐‑﹣－’', '-------'''),
            '[+-]? ?(£|GBP)? ?(([1-9]\d{0,2}((,\d{3})+|( \d{3})+|(''\d{3})+)|\d+)([.]\d*)?|[.]\d+)( ?(£|GBP))?'
            || '|(£|GBP) ?[+-] ?(([1-9]\d{0,2}((,\d{3})+|( \d{3})+|(''\d{3})+)|\d+)([.]\d*)?|[.]\d+)'
            || '|(£|GBP)? ?\( ?(£|GBP)? ?(([1-9]\d{0,2}((,\d{3})+|( \d{3})+|(''\d{3})+)|\d+)([.]\d*)?|[.]\d+)( ?(£|GBP))? ?\)'
            || '|(£|GBP)? ?(([1-9]\d{0,2}((,\d{3})+|( \d{3})+|(''\d{3})+)|\d+)([.]\d*)?|[.]\d+) ?-'
        )
            then try_cast(
                case when regexp_matches(written, '[(−–‒‐‑﹣－-]') then '-' else '' end
                || regexp_replace(written, '[^0-9.]', '', 'g') as decimal(18, 6)
            )
    end
)
