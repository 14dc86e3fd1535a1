/*
title = "Victims satisfied with the service overall"
question = "Are victims content with us, all in all?"
family = "customer"
themes = ["quality"]
numerator = "Those satisfied (weighted)"
denominator = "Victims of burglary, violent crime, vehicle crime and road collisions who gave a valid answer about the service overall (weighted)"
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
read_with = ["cust_satisfaction_gap"]
caveats = [
    "Each of the four groups of victims has its own level, and they are not weighted to a fixed mix: a change in who was asked looks like a change of service.",
    "Leaving a group out moves the figure: in 2011 the force asked to lower its target from 79.6 to 78 % because victims of road collisions were no longer asked. A target holds for one set of groups.",
    "Counted on the day of the experience or, if that is not usable, of the interview. Interviews come up to 20 weeks later, so the latest periods are incomplete.",
    "Weighted with the survey office's weights; n counts people. Never a mean of boroughs' percentages.",
    "In the interval weighted answers count as fewer cases: by the survey's design effect or by how unequal the weights are, whichever leaves fewer.",
    "Four answers before April 2000, then five with a middle one, seven from April 2004 (satisfied: completely, very, fairly): not one series.",
    "Refused, do not know and not applicable are left out.",
    "Exports do not say whether a burglary was of a home.",
    "Statutory from 2004/05; earlier answers are from the force's own survey.",
]
source = "SI 2005/470, SPI 1(e); groups and target of 2011/12: MPA SOP 8 Sep 2011, report 5"
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
    and question_code = 'uss_overall'
    and respondent_group in ('burglary', 'violent_crime', 'vehicle_crime', 'rtc')
    and is_satisfied is not null
    and weight is not null
