create macro caller_hash_of(written) as (
    case
        -- words such as "withheld" are not one caller
        when regexp_matches(written, '[0-9]')
            then (select mark from caller_key) || ':' || sha256(
                (select outer_pad from caller_key) || unhex(
                    sha256(
                        (select inner_pad from caller_key)
                        || plain_number(written)::blob
                    )
                )
            )
    end
)
