/*
title = "Satisfaction gap, white and minority ethnic users"
question = "Are we as good for one Londoner as for another?"
family = "customer"
themes = ["quality"]
numerator = "Share of white users satisfied with the overall service minus that of minority ethnic users"
denominator = "Valid answers of each group (weighted)"
kind = "difference"
unit = "points"
better = "nearer_zero"
area = "bocu"
chart = "xmr"
base = "effective_cases"
disclosure = "respondents"
smallest_period = { mps = "rolling12" }
min_n = 200
settles_after_days = 140
needs = { survey_responses = ["survey_code", "question_code", "answer_code", "weight", "ethnicity_group", "respondent_group"] }
caveats = [
    "Users are the victims of domestic burglary, violent crime, vehicle crime and road traffic collisions.",
    "No evidence of a gap is not evidence of no gap: see the interval.",
    "Users who did not state their ethnicity belong to neither group.",
    "A borough has about 90 interviews with minority ethnic users a year: too few for a figure.",
    "Counted on the day of the experience; interviews come up to 20 weeks later.",
    "A change of scale is a break: see the survey's questions.",
]
source = "SI 2005/470, SPI 3(b)"
owner = "local owner to be named"
*/
select
    'survey_responses:' || answer_ref as row_id,
    case ethnicity_group when 'white' then 'a' else 'b' end as part,
    bocu_code as area_code,
    on_date,
    case when is_satisfied then weight else 0 end as numerator,
    weight as denominator,
    (1 / coalesce(design_effect, 1))::decimal(18, 6) as base
from survey_responses
where
    survey_code = 'USS'
    and question_code = 'uss_overall'
    and ethnicity_group in ('white', 'minority_ethnic')
    and respondent_group in ('burglary', 'violent_crime', 'vehicle_crime', 'rtc')
    and is_satisfied is not null
    and weight is not null
