/*
title = "Survey questions asked on two scales in one wave"
says = "One question was asked on two scales in one wave: the answers cannot be added up."
source = "survey_responses"
reads = ["survey_responses"]
looks_days = 240
unusable = { survey_responses = ["answer_code"] }
*/
select
    null::varchar as area_code,
    min(on_date) as on_date,
    'survey_responses:' || min(answer_ref) as row_id
from survey_responses
group by survey_code, wave, question_code
having count(distinct scale_code) > 1
