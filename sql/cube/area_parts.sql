create table area_parts as
select
    bocu_code as area,
    call_site_code as part,
    valid_from::date as valid_from,
    valid_to::date as valid_to
from bocu_call_site
where function = 'call_answering'
union all
select
    bocu_code as area,
    facility_code as part,
    coalesce(opened, date '1900-01-01')::date as valid_from,
    coalesce(closed, date '9999-12-31')::date as valid_to
from facility
