select
    current.call_id,
    current.offered_at::date as offered_on,
    current.call_site_code,
    current.bocu_code,
    current.offered_at,
    current.answered_at,
    current.ended_at,
    current.line_type,
    current.stage,
    current.origin,
    current.outcome,
    current.parent_call_id,
    current.disposition,
    current.incident_ref,
    current.contact_reason,
    -- tells callers apart without keeping even their hash
    case when current.caller_hash is not null then hash(current.caller_hash) end
        as caller,
    current.resolved_first_contact,
    current.avoidable_contact,
    current.expectation_given,
    current.interpreter_used,
    case
        when current.outcome in ('answered', 'transferred_out')
            -- rounded up, so that 15.8 seconds is not within 15
            then ceil(
                (epoch_us(current.answered_at) - epoch_us(current.offered_at)) / 1000000
            )::bigint
    end as wait_seconds,
    -- a local time that the change of the clock makes two or none
    coalesce(
        len(
            list_filter(
                current.flags,
                lambda flag: starts_with(flag.rule, 'local_time_')
                and (
                    flag."column" = 'answered_at'
                    or (flag."column" = 'ended_at' and current.outcome = 'abandoned')
                )
            )
        ) > 0,
        false
    ) as is_time_unclear,
    current.outcome = 'abandoned'
    and coalesce(
        current.ended_at <= current.offered_at + interval 5 seconds, false
    ) as is_short_abandon,
    coalesce(own.seconds, force.seconds) as standard_seconds,
    hour(current.offered_at) as hour,
    isodow(current.offered_at) as weekday,
    current.import_id,
    current.line
from current_calls as current
left join standards as own
    on own.applies_to = 'line:' || current.line_type
    and own.area = current.call_site_code
    and current.offered_at::date between own.valid_from and own.valid_to
left join standards as force
    on force.applies_to = 'line:' || current.line_type
    and force.area = 'MPS'
    and current.offered_at::date between force.valid_from and force.valid_to
