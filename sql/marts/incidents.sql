with judged as (
    select
        current.*,
        -- local times that the change of the clock makes two or none
        list_transform(
            list_filter(
                current.flags, lambda flag: starts_with(flag.rule, 'local_time_')
            ),
            lambda flag: flag."column"
        ) as unclear_times,
        coalesce(
            list_contains(unclear_times, 'first_on_scene_at')
            or (
                current.first_on_scene_at is null
                and list_contains(unclear_times, 'closed_at')
            )
            or (
                current.grade_first = 'E'
                and list_contains(unclear_times, 'appointment_at')
            ),
            false
        ) as is_time_unclear,
        current.duplicate_of is not null
        or coalesce(current.resolution = 'duplicate', false) as is_duplicate,
        case
            when current.first_on_scene_at >= current.created_at
                -- rounded up, so that 720.8 seconds is not within 720
                then ceil(
                    (
                        epoch_us(current.first_on_scene_at)
                        - epoch_us(current.created_at)
                    )
                    / 1000000
                )::bigint
        end as attended_seconds,
        ceil(
            (
                epoch_us(coalesce(current.closed_at, current.extracted_at))
                - epoch_us(current.created_at)
            )
            / 1000000
        )::bigint as open_seconds,
        coalesce(own.seconds, force.seconds) as standard_seconds,
        -- half an hour after the appointment, or 48 hours without one
        case
            when current.appointment_at >= current.created_at
                then ceil(
                    (
                        epoch_us(current.appointment_at)
                        - epoch_us(current.created_at)
                    )
                    / 1000000
                )::bigint + 1800
            else 172800
        end as extended_seconds,
        case
            when current.grade_first = 'E' then extended_seconds
            else coalesce(own.seconds, force.seconds)
        end as due_seconds,
        case
            when due_seconds is not null
                then coalesce(
                    current.grade_at_target,
                    case
                        when
                            current.grade_change_count > 0
                            and current.regraded_at
                            <= current.created_at + to_seconds(due_seconds)
                            then current.grade_final
                    end,
                    current.grade_first
                )
        end as grade_when_due
    from current_incidents as current
    left join standards as own
        on own.applies_to = 'grade:' || current.grade_first
        and own.area = current.bocu_code
        and current.created_at::date between own.valid_from and own.valid_to
    left join standards as force
        on force.applies_to = 'grade:' || current.grade_first
        and force.area = 'MPS'
        and current.created_at::date between force.valid_from and force.valid_to
)

select
    judged.incident_ref,
    judged.created_at::date as created_on,
    judged.bocu_code,
    judged.created_at,
    judged.first_dispatched_at,
    judged.first_on_scene_at,
    judged.closed_at,
    judged.regraded_at,
    judged.grade_change_count,
    judged.attendance_required,
    judged.appointment_at,
    judged.delay_callback_at,
    judged.arrival_source,
    judged.units_assigned,
    judged.first_unit_crew_size,
    judged.nsir_open,
    judged.nsir_close,
    judged.nsir_qualifiers,
    judged.duplicate_of,
    judged.origin,
    judged.grade_first,
    judged.grade_at_target,
    judged.grade_final,
    judged.resolution,
    judged.is_duplicate,
    judged.is_time_unclear,
    coalesce(list_contains(judged.unclear_times, 'delay_callback_at'), false)
        as is_callback_unclear,
    judged.attended_seconds,
    judged.open_seconds,
    judged.standard_seconds,
    judged.due_seconds,
    judged.grade_when_due,
    case
        when judged.grade_when_due = 'E'
            then greatest(judged.due_seconds, judged.extended_seconds)
        when coalesce(own.seconds, force.seconds) is not null
            -- raising the grade does not shorten the first grade's time
            then greatest(judged.due_seconds, coalesce(own.seconds, force.seconds))
    end as told_by_seconds,
    case
        when
            judged.first_on_scene_at is not null
            or judged.resolution in ('attended', 'no_trace')
            then true
        when judged.resolution is not null then false
        else
            coalesce(judged.units_assigned >= 1, false)
            and (judged.closed_at is not null or judged.open_seconds > 86400)
    end as is_attended,
    ceil(
        (epoch_us(judged.first_dispatched_at) - epoch_us(judged.created_at)) / 1000000
    )::bigint as dispatched_seconds,
    hour(judged.created_at) as hour,
    isodow(judged.created_at) as weekday,
    judged.import_id,
    judged.line
from judged
left join standards as own
    on own.applies_to = 'grade:' || judged.grade_when_due
    and own.area = judged.bocu_code
    and judged.created_at::date between own.valid_from and own.valid_to
left join standards as force
    on force.applies_to = 'grade:' || judged.grade_when_due
    and force.area = 'MPS'
    and judged.created_at::date between force.valid_from and force.valid_to
