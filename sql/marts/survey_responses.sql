select
    concat_ws(
        '/', current.survey_code, current.wave, current.response_id, current.question_code
    ) as answer_ref,
    case
        when current.experience_date between current.interview_date - 140
            and current.interview_date
            then current.experience_date
        else current.interview_date
    end as on_date,
    current.bocu_code,
    current.facility_code,
    current.survey_code,
    current.wave,
    current.response_id,
    current.question_code,
    current.interview_date as interviewed_on,
    current.mode,
    current.respondent_group,
    current.ethnicity_group,
    current.answer_code,
    current.scale_code,
    answer.is_satisfied,
    current.weight,
    current.design_effect,
    current.import_id,
    current.line
from current_survey_responses as current
left join cube.answers as answer
    on answer.question_code = current.question_code
    and answer.answer_code = current.answer_code
    and current.interview_date between answer.valid_from and answer.valid_to
