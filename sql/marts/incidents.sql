select
    current.incident_ref,
    current.bocu_code,
    current.created_at::date as created_on,
    current.created_at,
    current.first_dispatched_at,
    current.first_on_scene_at,
    current.closed_at,
    current.regraded_at,
    current.grade_change_count,
    current.attendance_required,
    current.appointment_at,
    current.delay_callback_at,
    current.arrival_source,
    current.units_assigned,
    current.first_unit_crew_size,
    current.nsir_open,
    current.nsir_close,
    current.nsir_qualifiers,
    current.duplicate_of,
    current.origin,
    current.grade_first,
    current.grade_at_target,
    current.grade_final,
    current.resolution,
    current.duplicate_of is not null or coalesce(current.resolution = 'duplicate', false)
        as is_duplicate,
    case
        when current.first_on_scene_at >= current.created_at
            -- rounded up, so that 720.8 seconds are not within 720
            then ceil(
                (epoch_us(current.first_on_scene_at) - epoch_us(current.created_at))
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
    hour(current.created_at) as hour,
    isodow(current.created_at) as weekday,
    current.import_id,
    current.line
from current_incidents as current
left join standards as own
    on own.applies_to = 'grade:' || current.grade_first
    and own.area = current.bocu_code
    and current.created_at::date between own.valid_from and own.valid_to
left join standards as force
    on force.applies_to = 'grade:' || current.grade_first
    and force.area = 'MPS'
    and current.created_at::date between force.valid_from and force.valid_to
