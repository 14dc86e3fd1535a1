select
    month as month_on,
    * exclude (month, extracted_at)
from current_finance_monthly
