/*
title = "Survey waves whose weights are out of range"
says = "A wave's mean weight is not between 0.8 and 1.25, or its largest weight is 25 times its smallest or more."
source = "survey_responses"
reads = ["survey_responses"]
looks_days = 366
*/
with respondents as (
    select distinct
        survey_code,
        wave,
        response_id,
        weight
    from survey_responses
    where weight > 0
),

waves as (
    select
        survey_code,
        wave
    from respondents
    group by survey_code, wave
    having avg(weight) not between 0.8 and 1.25 or max(weight) >= 25 * min(weight)
)

select
    null::varchar as area_code,
    on_date,
    'survey_responses:' || answer_ref as row_id
from survey_responses
where (survey_code, wave) in (from waves)
