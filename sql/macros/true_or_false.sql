create macro true_or_false(written) as (
    case
        when lower(written) in ('true', 't', 'yes', 'y', '1') then true
        when lower(written) in ('false', 'f', 'no', 'n', '0') then false
    end
)
