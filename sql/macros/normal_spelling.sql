create macro normal_spelling(written) as (
    case
        when written in (select code from known_code) then lower(written)
        else regexp_replace(replace(lower(written), '&', 'and'), '[^a-z0-9]', '', 'g')
    end
)
