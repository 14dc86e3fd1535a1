/*
title = "Victims satisfied with making contact"
question = "Was it easy for victims to reach us?"
family = "customer"
themes = ["access"]
tier = "reserve"
numerator = "Those satisfied (weighted)"
denominator = "Victims of burglary, violent crime, vehicle crime and road collisions who gave a valid answer on making contact (weighted)"
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
needs = { survey_responses = ["survey_code", "question_code", "answer_code", "weight", "respondent_group"] }
caveats = [
    "The four groups of victims have levels of their own, and they are not weighted to a fixed mix: a change in who was asked looks like a change of service.",
    "Belongs to the day of the experience, or to that of the interview where the experience has no usable day. Interviews follow up to 20 weeks later: the latest periods are not complete.",
    "Weighted, as the survey office gave the weights; n counts people. Never a mean of boroughs' percentages.",
    "The interval takes weighted answers as fewer than there are: by the survey's own design effect, or by how unequal the weights are, whichever leaves fewer.",
    "Four answers before April 2000, then five with a middle one, seven from April 2004 (satisfied: completely, very, fairly): not one series.",
    "Who refused, did not know, or found that it did not apply is left out.",
    "Whether a burglary was of a home is not in the exports.",
    "Statutory from 2004/05; earlier answers are the force's own survey.",
]
source = "SI 2005/470, SPI 1(a)"
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
    and question_code = 'uss_contact_ease'
    and respondent_group in ('burglary', 'violent_crime', 'vehicle_crime', 'rtc')
    and is_satisfied is not null
    and weight is not null
