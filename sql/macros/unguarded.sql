create macro unguarded(written) as (
    regexp_replace(written, '^''(''*[=+\-@\t\r\n＝＋－＠])', '\1')
)
