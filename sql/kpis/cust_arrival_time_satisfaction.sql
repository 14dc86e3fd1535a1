/*
title = "Victims satisfied with the time to arrive"
question = "Do victims think that we came fast enough when we came at once?"
family = "customer"
themes = ["quality", "expectations"]
tier = "reserve"
numerator = "Those satisfied (weighted)"
denominator = "Victims who were attended at once and gave a valid answer about the time to arrive (weighted)"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "p_prime"
base = "effective_cases"
disclosure = "respondents"
smallest_period = { mps = "quarter", bocu = "quarter" }
min_n = 100
settles_after_days = 140
needs = { survey_responses = ["survey_code", "question_code", "answer_code", "weight"] }
caveats = [
    "Counted on the day of the experience or, if that is not usable, of the interview. Interviews come up to 20 weeks later, so the latest periods are incomplete.",
    "Weighted with the survey office's weights; n counts people. Never a mean of boroughs' percentages.",
    "In the interval weighted answers count as fewer cases: by the survey's design effect or by how unequal the weights are, whichever leaves fewer.",
    "Four answers before April 2000, then five with a middle one, seven from April 2004 (satisfied: completely, very, fairly): not one series.",
    "Refused, do not know and not applicable are left out. So are victims no one came to at once: only those reached answer.",
    "Do not compare with measured response times: the incidents are not the same.",
]
source = "SI 2002/694, indicator 1(b)"
owner = "local owner to be named"
*/
select
    'survey_responses:' || answer_ref as row_id,
    bocu_code as area_code,
    on_date,
    case when is_satisfied then weight else 0 end as numerator,
    weight as denominator,
    (1 / coalesce(design_effect, 1))::decimal(18, 6) as base
from survey_responses
where
    survey_code = 'USS'
    and question_code = 'uss_arrival_time'
    and is_satisfied is not null
    and weight is not null
