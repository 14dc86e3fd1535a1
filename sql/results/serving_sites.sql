select
    bocu_code,
    coalesce(line_type, '') as line_type,
    call_site_code,
    coalesce(valid_from, date '1900-01-01')::date as first_on,
    coalesce(valid_to, date '9999-12-31')::date as last_on
from cube.bocu_call_site
where function = 'call_answering'
order by bocu_code, first_on, call_site_code
