/*
title = "999 callers satisfied with the time to answer"
question = "Do people who dial 999 think that we picked up fast enough?"
family = "customer"
themes = ["quality", "access"]
numerator = "Those very or fairly satisfied (weighted)"
denominator = "999 callers who gave a valid answer about the time taken to answer (weighted)"
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
read_with = ["ops_999_answered_in_target"]
caveats = [
    "Counted on the day of the experience or, if that is not usable, of the interview. Interviews come up to 20 weeks later, so the latest periods are incomplete.",
    "Weighted with the survey office's weights; n counts people. Never a mean of boroughs' percentages.",
    "In the interval weighted answers count as fewer cases: by the survey's design effect or by how unequal the weights are, whichever leaves fewer.",
    "Five answers (with a middle one) since April 2000, four before: not one series.",
    "Refused, do not know and not applicable are left out.",
    "About 38 callers per borough and quarter were asked in 2000/01. A borough has few answers in a quarter: read its twelve months.",
    "Callers are asked weeks later: what happened after the call colours their answer.",
]
source = "SI 2002/694, indicator 1(a); 85.7 % in July to September 2003: MPA PPRC 12 Feb 2004, report 15"
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
    survey_code = 'C999'
    and question_code = 'c999_answer_time'
    and is_satisfied is not null
    and weight is not null
