/*
title = "Visits outside the facility's opening hours"
says = "Visits were logged more than a quarter of an hour outside the opening hours in force."
source = "front_counter_visits"
reads = ["front_counter_visits"]
*/
with hours as (
    select
        facility_code,
        valid_from,
        valid_to,
        weekday,
        date_diff('minute', time '00:00', opens::time) as opens_minute,
        case
            when closes = '24:00' then 1440
            else date_diff('minute', time '00:00', closes::time)
        end as closes_minute
    from cube.facility_opening_hours
),

holidays as (
    select valid_from as holiday_on
    from cube.calendar_event
    where kind = 'bank_holiday'
),

visits as (
    select
        visit_id,
        facility_code,
        arrived_on,
        case
            when arrived_on in (select holiday_on from holidays) then 8
            else weekday
        end as kind_of_day,
        60 * hour + minute(arrived_at) as minute_of_day
    from front_counter_visits
    where facility_code in (select facility_code from hours)
)

select
    facility_code as area_code,
    arrived_on as on_date,
    'front_counter_visits:' || visit_id as row_id
from visits
where not exists (
    select 1
    from hours
    where
        hours.facility_code = visits.facility_code
        and visits.arrived_on between hours.valid_from and hours.valid_to
        and hours.weekday = visits.kind_of_day
        and (
            visits.minute_of_day between hours.opens_minute - 15 and hours.closes_minute + 15
            or (
                hours.closes_minute < hours.opens_minute
                and visits.minute_of_day >= hours.opens_minute - 15
            )
        )
)
and not exists (
    select 1
    from hours
    where
        hours.facility_code = visits.facility_code
        and visits.arrived_on between hours.valid_from and hours.valid_to
        and hours.closes_minute < hours.opens_minute
        and visits.minute_of_day <= hours.closes_minute + 15
)
