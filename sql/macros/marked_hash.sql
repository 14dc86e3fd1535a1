create macro marked_hash(written) as (
    case
        when starts_with(written, 'force:')
            or regexp_full_match(written, 'k[0-9a-f]{8}:[0-9a-f]{64}')
            then written
        else 'force:' || written
    end
)
