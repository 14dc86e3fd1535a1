select
    concat_ws('/', strftime(financial_year, '%Y'), bocu_code) as return_ref,
    financial_year as year_on,
    * exclude (financial_year, extracted_at)
from current_activity_annual
