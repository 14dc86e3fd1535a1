create macro is_cell_error(written) as (
    starts_with(written, '#')
    and regexp_matches(
        written, '^#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|#*$)'
    )
)
