select
    concat_ws('/', strftime(month, '%Y-%m'), bocu_code, role) as return_ref,
    month as month_on,
    * exclude (month, extracted_at)
from current_patrol_monthly
