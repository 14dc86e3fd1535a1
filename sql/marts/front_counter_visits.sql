select
    current.visit_id,
    current.facility_code,
    facility.bocu_code,
    current.arrived_at::date as arrived_on,
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
    ceil(
        (epoch_us(current.service_started_at) - epoch_us(current.arrived_at)) / 1000000
    )::bigint as wait_seconds,
    hour(current.arrived_at) as hour,
    isodow(current.arrived_at) as weekday,
    current.import_id,
    current.line
from current_front_counter_visits as current
left join cube.facility as facility on facility.facility_code = current.facility_code
