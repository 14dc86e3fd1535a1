/*
title = "Visits outside the facility's opening hours"
says = "Visits were logged more than a quarter of an hour outside the opening hours in force."
source = "front_counter_visits"
reads = ["front_counter_visits"]
*/
with hours as (
    select
        facility_code,
        weekday,
        valid_from,
        valid_to,
        60 * left(opens, 2)::int + right(opens, 2)::int as opens_minute,
        60 * left(closes, 2)::int + right(closes, 2)::int as closes_minute
    from cube.facility_opening_hours
),

days as (
    select distinct
        facility_code,
        bocu_code,
        arrived_on
    from front_counter_visits as visits
    -- where no hours are listed for the time, any may be right
    where exists (
        select 1
        from hours
        where
            hours.facility_code = visits.facility_code
            and visits.arrived_on between hours.valid_from and hours.valid_to
    )
),

-- the hours of the day before may last past midnight
near as (
    select
        days.facility_code,
        days.arrived_on,
        days.arrived_on + shift as day,
        1440 * shift as first_minute,
        exists (
            select 1
            from cube.calendar_event as event
            where
                event.kind = 'bank_holiday'
                and days.arrived_on + shift between event.valid_from and event.valid_to
                and (event.bocu_code is null or event.bocu_code = days.bocu_code)
        ) as is_holiday
    from days, unnest([-1, 0, 1]) as shifts(shift)
),

spells as (
    select
        near.facility_code,
        near.arrived_on,
        near.first_minute + hours.opens_minute - 15 as from_minute,
        near.first_minute
        + hours.closes_minute
        + case when hours.closes_minute <= hours.opens_minute then 1440 else 0 end
        + 15 as to_minute
    from near
    inner join hours
        on hours.facility_code = near.facility_code
        and hours.weekday = case when near.is_holiday then 8 else isodow(near.day) end
        and near.day between hours.valid_from and hours.valid_to
)

select
    visits.facility_code as area_code,
    visits.arrived_on as on_date,
    'front_counter_visits:' || visits.visit_id as row_id
from front_counter_visits as visits
left join spells
    on spells.facility_code = visits.facility_code
    and spells.arrived_on = visits.arrived_on
    and 60 * visits.hour + minute(visits.arrived_at)
    between spells.from_minute and spells.to_minute
where
    spells.facility_code is null
    and (visits.facility_code, visits.arrived_on) in (
        select facility_code, arrived_on from days
    )
