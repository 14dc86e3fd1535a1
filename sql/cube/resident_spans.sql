create table resident_spans as
select
    bocu_code,
    residents::bigint as residents,
    -- each count holds until the next, the first also before it
    case
        when row_number() over by_year = 1 then date '1900-01-01'
        else make_date(year, 1, 1)
    end as valid_from,
    coalesce(make_date(lead(year) over by_year, 1, 1) - 1, date '9999-12-31') as valid_to
from population
window by_year as (
    partition by bocu_code
    order by year
)
