/*
title = "More leavers than there were staff"
says = "More people left than were there at the start of the month or joined during it."
source = "workforce_monthly"
reads = ["workforce_monthly"]
looks_days = 31
*/
select
    current.unit_code as area_code,
    current.month_on as on_date,
    'workforce_monthly:' || current.return_ref as row_id
from workforce_monthly as current
inner join workforce_monthly as earlier
    on earlier.unit_code = current.unit_code
    and earlier.staff_group = current.staff_group
    and earlier.month_on = current.month_on - interval 1 month
where current.leavers > earlier.headcount + coalesce(current.joiners, 0)
