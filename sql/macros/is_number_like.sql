create macro is_number_like(written) as (
    regexp_full_match(written, '(\+|\(?0|44)[0-9 ()./-]{8,}[0-9]')
)
