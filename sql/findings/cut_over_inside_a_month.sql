/*
title = "Boroughs whose calls moved to another site inside a month"
says = "The borough's calls moved to another site inside the month, so that month is part one site's and part the other's."
source = "calls"
reads = ["calls"]
*/
select distinct
    bocu_code as area_code,
    valid_from as on_date,
    null::varchar as row_id
from cube.bocu_call_site
where
    function = 'call_answering'
    and day(valid_from) <> 1
    and valid_from in (select offered_on from calls)
