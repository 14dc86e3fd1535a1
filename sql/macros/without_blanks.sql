create macro without_blanks(written) as (
    case
        when regexp_matches(written, '[^!-~]')
            then regexp_replace(
                regexp_replace(
                    regexp_replace(written, '\p{Cf}', '', 'g'), '[\p{Zs}\t]', ' ', 'g'
                ),
                '^[\p{Z}\p{Cc}]+|[\p{Z}\p{Cc}]+$', '', 'g'
            )
        else written
    end
)
