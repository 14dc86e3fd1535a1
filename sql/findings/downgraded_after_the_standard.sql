/*
title = "Immediate incidents downgraded just after the standard"
says = "Incidents were graded down within three minutes after the standard ran out, far more than elsewhere."
source = "incidents"
reads = ["incidents"]
*/
with immediate as (
    select
        incident_ref,
        bocu_code,
        created_on,
        date_trunc('month', created_on) as month_on,
        coalesce(
            grade_final <> 'I'
            and regraded_at > created_at + to_seconds(standard_seconds)
            and regraded_at <= created_at + to_seconds(standard_seconds + 180),
            false
        ) as is_late_downgrade
    from incidents
    where grade_first = 'I' and not is_duplicate
)

select
    bocu_code as area_code,
    created_on as on_date,
    'incidents:' || incident_ref as row_id
from immediate
window month as (partition by bocu_code, month_on)
qualify
    is_late_downgrade
    and count(*) filter (where is_late_downgrade) over month >= 5
    and count(*) filter (where is_late_downgrade) over month > 0.05 * count(*) over month
