create macro marked_hash(written) as (
    case
        when regexp_full_match(written, 'k[0-9a-f]{8}:[0-9a-f]{64}') then written
        -- digits with signs between them are a telephone number
        when regexp_full_match(written, '(force:)?[0-9A-Za-z+/=_-]{16,}')
            and not regexp_full_match(written, '(force:)?[0-9]*[+/-][0-9+/-]*')
            then 'force:' || replace(written, 'force:', '')
    end
)
