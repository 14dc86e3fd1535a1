select
    bocu_code,
    coalesce(line_type, '') as line_type,
    call_site_code,
    valid_from::date as first_on,
    valid_to::date as last_on
from cube.bocu_call_site
where function = 'call_answering'
order by bocu_code, first_on, call_site_code
