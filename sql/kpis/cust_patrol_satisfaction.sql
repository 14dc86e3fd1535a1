/*
title = "Satisfied with contact with officers on patrol"
question = "Are people who meet our officers on patrol content with that?"
family = "customer"
themes = ["quality", "expectations"]
numerator = "Those very or fairly satisfied (weighted)"
denominator = "Residents who met an officer on patrol and gave a valid answer about it (weighted)"
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
    "No one asked this when the review was inspected (HMIC 3.3.7): there is no figure until a survey does. This product proposed the question.",
    "Residents are not asked about one particular day: answers count on the day of the interview.",
    "Weighted with the survey office's weights; n counts people. Never a mean of boroughs' percentages.",
    "In the interval weighted answers count as fewer cases: by the survey's design effect or by how unequal the weights are, whichever leaves fewer.",
    "Refused, do not know and not applicable are left out.",
    "People who never meet an officer do not count, whatever they think of that.",
]
source = "Need: HMIC, Managing Demand (2004), 3.3.7; question: this product"
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
    survey_code = 'PAS'
    and question_code = 'pas_patrol'
    and is_satisfied is not null
    and weight is not null
