/*
title = "Survey waves whose weights are out of range"
says = "The mean weight of the wave is not between 0.8 and 1.25, or its largest weight is 25 times its smallest or more."
source = "survey_responses"
reads = ["survey_responses"]
looks_days = 240
*/
select
    null::varchar as area_code,
    min(on_date) as on_date,
    'survey_responses:' || min(answer_ref) as row_id
from survey_responses
where weight > 0
group by survey_code, wave
having avg(weight) not between 0.8 and 1.25 or max(weight) >= 25 * min(weight)
