/*
title = "Visitors satisfied with the front counter"
question = "Are people who come to a police station content with the counter?"
family = "customer"
themes = ["access", "quality"]
numerator = "Those very or fairly satisfied (weighted)"
denominator = "Visitors to front counters who gave a valid answer about the service there (weighted)"
kind = "proportion"
unit = "percent"
better = "higher"
area = "facility"
chart = "p_prime"
base = "effective_cases"
disclosure = "respondents"
smallest_period = { mps = "quarter", bocu = "quarter", facility = "quarter" }
min_n = 100
settles_after_days = 140
needs = { survey_responses = ["survey_code", "question_code", "answer_code", "weight", "facility_code"] }
read_with = ["cust_front_counter_wait_in_target"]
caveats = [
    "After the national indicator ended in April 2001 no one asked until after 2004 (HMIC 3.3.3): no line may cross that gap.",
    "Forms reach visitors who were served; those who left unserved are not asked.",
    "Counted on the day of the experience or, if that is not usable, of the interview. Interviews come up to 20 weeks later, so the latest periods are incomplete.",
    "Weighted with the survey office's weights; n counts people. Never a mean of boroughs' percentages.",
    "In the interval weighted answers count as fewer cases: by the survey's design effect or by how unequal the weights are, whichever leaves fewer.",
    "Five answers (with a middle one) since April 2000, four before: not one series.",
    "Refused, do not know and not applicable are left out.",
    "About 6 visitors per counter and quarter were asked in 2000/01: single counters can hardly be shown.",
    "An answer that names no counter counts only for the whole force.",
]
source = "BVPI 23, standard of 80 % in 2000/01: MPA PSPM 14 Nov 2000, report 5; HMIC, Managing Demand (2004), 3.3.3"
owner = "local owner to be named"
*/
select
    'survey_responses:' || answer_ref as row_id,
    facility_code as area_code,
    on_date,
    case when is_satisfied then weight else 0 end as numerator,
    weight as denominator,
    (1 / coalesce(design_effect, 1))::decimal(18, 6) as base
from survey_responses
where
    survey_code = 'FCS'
    and question_code = 'fcs_overall'
    and is_satisfied is not null
    and weight is not null
