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
        current.facility_code,
        facility.bocu_code,
        current.arrived_at::date as arrived_on
    from current_front_counter_visits as current
    inner join cube.facility as facility
        on facility.facility_code = current.facility_code
    -- if no hours are listed for the time, any may be right
    where exists (
        select 1
        from hours
        where
            hours.facility_code = current.facility_code
            and current.arrived_at::date between hours.valid_from and hours.valid_to
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

-- opening hours include a quarter of an hour before and after
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
),

open_visits as (
    select distinct current.visit_id
    from current_front_counter_visits as current
    inner join spells
        on spells.facility_code = current.facility_code
        and spells.arrived_on = current.arrived_at::date
        and 60 * hour(current.arrived_at) + minute(current.arrived_at)
        between spells.from_minute and spells.to_minute
)

select
    current.visit_id,
    current.arrived_at::date as arrived_on,
    current.facility_code,
    facility.bocu_code,
    current.arrived_at,
    current.service_started_at,
    current.service_ended_at,
    current.left_before_service,
    current.visit_reason,
    current.outcome,
    current.incident_ref,
    current.contact_reason,
    current.resolved_first_contact,
    current.avoidable_contact,
    current.expectation_given,
    current.recorded_by,
    current.grossing_factor,
    facility.facility_type,
    ceil(
        (epoch_us(current.service_started_at) - epoch_us(current.arrived_at)) / 1000000
    )::bigint as wait_seconds,
    -- a local time that the change of the clock makes two or none
    coalesce(
        len(
            list_filter(
                current.flags,
                lambda flag: starts_with(flag.rule, 'local_time_')
                and flag."column" = 'service_started_at'
            )
        ) > 0,
        false
    ) as is_time_unclear,
    -- a visitor who left before service left when the visit was closed
    case
        when current.left_before_service and current.service_started_at is null
            then ceil(
                (epoch_us(current.service_ended_at) - epoch_us(current.arrived_at))
                / 1000000
            )::bigint
    end as left_seconds,
    coalesce(own.seconds, force.seconds) as standard_seconds,
    -- visits that a row stands for; null if a sample count does not say
    case
        when current.recorded_by = 'sample_count' then current.grossing_factor
        else 1
    end::decimal(18, 6) as visits,
    case when days.facility_code is not null then open_visits.visit_id is not null end
        as is_in_opening_hours,
    hour(current.arrived_at) as hour,
    isodow(current.arrived_at) as weekday,
    current.import_id,
    current.line
from current_front_counter_visits as current
left join cube.facility as facility on facility.facility_code = current.facility_code
left join days
    on days.facility_code = current.facility_code
    and days.arrived_on = current.arrived_at::date
left join open_visits on open_visits.visit_id = current.visit_id
left join standards as own
    on own.applies_to = 'counter'
    and own.area = current.facility_code
    and current.arrived_at::date between own.valid_from and own.valid_to
left join standards as force
    on force.applies_to = 'counter'
    and force.area = 'MPS'
    and current.arrived_at::date between force.valid_from and force.valid_to
