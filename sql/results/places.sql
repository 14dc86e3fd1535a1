select
    areas.code,
    areas.kind,
    coalesce(site.opened, facility.opened)::date as opened,
    coalesce(site.closed, facility.closed)::date as closed
from cube.areas as areas
left join cube.site as site
    on areas.kind = 'site'
    and site.call_site_code = areas.code
left join cube.facility as facility
    on areas.kind = 'facility'
    and facility.facility_code = areas.code
