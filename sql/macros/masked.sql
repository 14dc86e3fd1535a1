create macro masked(written) as (
    regexp_replace(
        regexp_replace(written, '[0-9]{7,}', '(number)', 'g'),
        '(\+|\(?\b0)[0-9][0-9 ()./-]{7,}[0-9]', '(number)', 'g'
    )
)
