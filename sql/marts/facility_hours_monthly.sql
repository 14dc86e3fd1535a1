select
    concat_ws('/', strftime(month, '%Y-%m'), facility_code) as return_ref,
    month as month_on,
    * exclude (month, extracted_at)
from current_facility_hours_monthly
