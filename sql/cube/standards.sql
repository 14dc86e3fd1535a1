create table standards as
select
    applies_to,
    area,
    seconds::bigint as seconds,
    coalesce(nullif(valid_from, '')::date, date '1900-01-01') as valid_from,
    coalesce(nullif(valid_to, '')::date, date '9999-12-31') as valid_to,
    status,
    source
from read_csv({file}, all_varchar = true, header = true)
