/*
title = "Visits outside the facility's opening hours"
says = "Visits were logged more than a quarter of an hour outside the opening hours in force."
source = "front_counter_visits"
reads = ["front_counter_visits"]
*/
select
    facility_code as area_code,
    arrived_on as on_date,
    'front_counter_visits:' || visit_id as row_id
from front_counter_visits
where not is_in_opening_hours
