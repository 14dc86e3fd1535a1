select
    concat_ws('/', strftime(current.month, '%Y-%m'), current.facility_code)
        as return_ref,
    current.month as month_on,
    current.* exclude (month, extracted_at, flags),
    facility.facility_type
from current_facility_hours_monthly as current
left join cube.facility as facility on facility.facility_code = current.facility_code
