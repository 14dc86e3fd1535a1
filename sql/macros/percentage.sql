create macro percentage(written) as (
    case
        when ends_with(written, '%') then (amount(rtrim(written, '% ')) / 100)::decimal(18, 6)
        else amount(written)
    end
)
