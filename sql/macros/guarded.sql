-- a text that a spreadsheet program could take for a formula; a number is not one.
-- Apostrophes before it are doubled up by one, so that `unguarded` gives the same text.
create macro guarded(written) as (
    case
        when regexp_matches(written, '^''*[=+\-@\t\r\n＝＋－＠]')
            and not regexp_full_match(written, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)')
            then '''' || written
        else written
    end
)
