/*
title = "Survey answers that are not on the question's scale"
says = "Answers are not on the scale that the question had on the day of the interview: they are not counted."
source = "survey_responses"
reads = ["survey_responses"]
*/
select
    bocu_code as area_code,
    on_date,
    'survey_responses:' || answer_ref as row_id
from survey_responses
where answer_code not in (97, 98, 99) and is_satisfied is null
