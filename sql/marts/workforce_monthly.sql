select
    concat_ws('/', strftime(month, '%Y-%m'), unit_code, staff_group) as return_ref,
    month as month_on,
    * exclude (month, extracted_at)
from current_workforce_monthly
