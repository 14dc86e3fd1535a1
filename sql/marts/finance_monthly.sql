select
    entry_ref,
    month as month_on,
    * exclude (entry_ref, month, extracted_at)
from current_finance_monthly
