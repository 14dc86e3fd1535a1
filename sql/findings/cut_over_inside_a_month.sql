/*
title = "Boroughs whose calls moved to another site during a month"
says = "Calls moved to another site during the month, so the month belongs partly to each site."
source = "calls"
reads = ["calls"]
*/
select distinct
    later.bocu_code as area_code,
    later.valid_from as on_date,
    null::varchar as row_id
from cube.bocu_call_site as later
inner join cube.bocu_call_site as earlier
    on earlier.bocu_code = later.bocu_code
    and earlier.function = later.function
    and earlier.call_site_code <> later.call_site_code
    and earlier.valid_to < later.valid_from
where
    later.function = 'call_answering'
    and day(later.valid_from) <> 1
    and later.valid_from in (select distinct offered_on from calls)
