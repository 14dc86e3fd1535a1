create macro whole_number(written) as (
    case
        when regexp_full_match(written, '[+-]?\d{1,12}') then written::bigint
        when not regexp_matches(written, '£|GBP') and amount(written) = trunc(amount(written))
            then amount(written)::bigint
    end
)
