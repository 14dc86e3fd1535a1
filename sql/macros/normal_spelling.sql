create macro normal_spelling(written) as (
    regexp_replace(replace(lower(written), '&', 'and'), '[^a-z0-9]', '', 'g')
)
