create macro plain_number(written) as (
    regexp_replace(
        regexp_replace(written, '[^0-9A-Za-z+]', '', 'g'),
        '^(?:(?:\+|00)440?|44)([1-9][0-9]{8,9})$', '0\1'
    )
)
