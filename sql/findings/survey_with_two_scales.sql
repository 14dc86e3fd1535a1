/*
title = "Survey questions on two scales in one wave"
says = "Answers to one question of a wave are on two scales, or on a scale the question did not have: they cannot be added up."
source = "survey_responses"
reads = ["survey_responses"]
looks_days = 366
unusable = { survey_responses = ["answer_code"] }
*/
with waves as (
    select
        answers.survey_code,
        answers.wave,
        answers.question_code
    from survey_responses as answers
    left join cube.question as question
        on question.question_code = answers.question_code
        and answers.interviewed_on between question.valid_from and question.valid_to
    group by answers.survey_code, answers.wave, answers.question_code
    having
        least(min(answers.scale_code), min(question.scale_code))
        <> greatest(max(answers.scale_code), max(question.scale_code))
)

select
    null::varchar as area_code,
    on_date,
    'survey_responses:' || answer_ref as row_id
from survey_responses
where (survey_code, wave, question_code) in (from waves)
