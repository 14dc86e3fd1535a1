/*
title = "Immediate incidents downgraded just after the standard"
says = "Many incidents were downgraded within three minutes after the standard passed, as if to leave the count."
source = "incidents"
reads = ["incidents"]
*/
with months as (
    select
        bocu_code,
        list({'ref': incident_ref, 'day': created_on}) filter (
            grade_final <> 'I'
            and regraded_at > created_at + to_seconds(standard_seconds)
            and regraded_at <= created_at + to_seconds(standard_seconds + 180)
        ) as downgraded
    from incidents
    where grade_first = 'I' and not is_duplicate and bocu_code is not null
    group by bocu_code, date_trunc('month', created_on)
    having len(downgraded) >= 5 and len(downgraded) > 0.05 * count(*)
)

select
    bocu_code as area_code,
    one.day as on_date,
    'incidents:' || one.ref as row_id
from months, unnest(downgraded) as rows(one)
