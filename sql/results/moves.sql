select
    served.bocu_code,
    served.line_type,
    -- a site that was not published is marked as assumed
    site.name || if(served.status = 'assumed', ' (assumed)', '') as site_name,
    served.valid_from::date as first_on,
    served.valid_to::date as last_on,
    served.source
from cube.bocu_call_site as served
inner join cube.site as site on site.call_site_code = served.call_site_code
where served.function = 'call_answering'
order by served.bocu_code, first_on, site_name
