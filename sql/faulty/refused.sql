select
    quarantined_line::bigint as line,
    rules as rule,
    coalesce(wrong_columns, '') as column_name,
    -- as in `macros/unguarded.sql`
    coalesce(regexp_replace(wrong_values, '^''(''*[=+\-@\t\r\n＝＋－＠])', '\1'), '')
        as value,
    coalesce(what_would_be_right, '') as remedy
from read_csv(
    [{files}],
    header = true,
    all_varchar = true,
    delim = ',',
    quote = '"',
    escape = '"',
    -- a line may be as long as the file that it came from allows
    max_line_size = 16000000
)
