select
    concat_ws('/', strftime(month, '%Y-%m'), channel, bocu_code) as return_ref,
    month as month_on,
    -- a return for the whole force has no borough
    nullif(bocu_code, 'MPS') as bocu_code,
    * exclude (month, bocu_code, extracted_at)
from current_contacts_other_monthly
