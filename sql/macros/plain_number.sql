create macro plain_number(written) as (
    regexp_replace(
        regexp_replace(written, '[^0-9A-Za-z+]', '', 'g'), '^(\+|00)44', '0'
    )
)
