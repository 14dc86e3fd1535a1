/*
made_of = "calls"
# what follows a call is looked for within 14 days
months_before = 1
months_after = 1
*/
with contacts as (
    select
        call_id,
        caller,
        incident_ref,
        offered_at,
        offered_on,
        coalesce(contact_reason in ('progress_chase', 'repeat_no_attendance'), false)
            as is_chasing
    from calls
    where
        stage = 'primary'
        and line_type <> 'internal'
        and caller is not null
),

-- most callers never call again: they need no ordering
callers as (
    select caller
    from contacts
    group by caller
    having count(*) > 1
),

in_order as (
    select
        call_id,
        offered_on,
        offered_at,
        case
            when is_chasing then lag(offered_at) over of_caller
            when incident_ref is not null then lag(offered_at) over of_matter
        end as earlier_at,
        least(
            lead(case when is_chasing then offered_at end ignore nulls) over of_caller,
            case when incident_ref is not null then lead(offered_at) over of_matter end
        ) as later_at,
        count(*) over (partition by caller, date_trunc('month', offered_on))
            as caller_calls
    from contacts
    semi join callers on callers.caller = contacts.caller
    window
        of_caller as (partition by caller order by offered_at, call_id),
        of_matter as (partition by caller, incident_ref order by offered_at, call_id)
),

of_callers as (
    select
        call_id,
        offered_on,
        ceil((epoch_us(offered_at) - epoch_us(earlier_at)) / 1000000)::bigint
            as earlier_seconds,
        ceil((epoch_us(later_at) - epoch_us(offered_at)) / 1000000)::bigint
            as later_seconds,
        caller_calls
    from in_order
),

of_legs as (
    select
        first_leg.call_id,
        first_leg.offered_on,
        last(
            case
                when later.outcome in ('answered', 'transferred_out')
                    then ceil(
                        (epoch_us(later.answered_at) - epoch_us(first_leg.offered_at))
                        / 1000000
                    )::bigint
            end
            order by later.offered_at, later.call_id
        ) as last_leg_seconds,
        last(later.is_time_unclear order by later.offered_at, later.call_id)
            as last_leg_is_unclear,
        true as has_later_leg
    from calls as later
    inner join calls as first_leg
        on first_leg.call_id = later.parent_call_id
        and later.offered_at >= first_leg.offered_at
        and later.offered_at <= first_leg.offered_at + interval 24 hours
    where later.stage = 'secondary' and first_leg.stage = 'primary'
    group by first_leg.call_id, first_leg.offered_on
)

select
    call_id,
    offered_on,
    -- beyond 14 days the result depends on how much was read
    case when earlier_seconds <= 14 * 86400 then earlier_seconds end as earlier_seconds,
    case when later_seconds <= 14 * 86400 then later_seconds end as later_seconds,
    coalesce(caller_calls, 1) as caller_calls,
    coalesce(has_later_leg, false) as has_later_leg,
    coalesce(last_leg_is_unclear, false) as last_leg_is_unclear,
    last_leg_seconds
from of_callers
full join of_legs using (call_id, offered_on)
where
    earlier_seconds <= 14 * 86400
    or later_seconds <= 14 * 86400
    or caller_calls > 1
    or has_later_leg
