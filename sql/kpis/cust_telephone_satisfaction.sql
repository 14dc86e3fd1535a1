/*
title = "Satisfied with contact by telephone"
question = "Are people who ring us content with how that went?"
family = "customer"
themes = ["access", "quality"]
numerator = "Those very or fairly satisfied (weighted)"
denominator = "Residents who telephoned and gave a valid answer on it (weighted)"
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
    "Nobody asked this when the review was inspected (HMIC 3.3.7): there is no figure until a survey has the question. The question is this product's proposal.",
    "Residents are asked about no single day: it belongs to the day of the interview.",
    "Weighted, as the survey office gave the weights; n counts people. Never a mean of boroughs' percentages.",
    "The interval takes weighted answers as fewer than there are: by the survey's own design effect, or by how unequal the weights are, whichever leaves fewer.",
    "Who refused, did not know, or found that it did not apply is left out.",
    "It tells of any call of the months before, and of residents alone: visitors and workers are not asked.",
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
    and question_code = 'pas_telephone'
    and is_satisfied is not null
    and weight is not null
