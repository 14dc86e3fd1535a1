/*
title = "Residents who say local police do a good or excellent job"
question = "Do residents think that we do a good job?"
family = "customer"
themes = ["expectations"]
numerator = "Residents who answer good or excellent (weighted)"
denominator = "Residents who gave a valid answer (weighted)"
kind = "proportion"
unit = "percent"
better = "higher"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "quarter", bocu = "quarter" }
min_n = 400
settles_after_days = 0
needs = { published_figures = ["value"] }
stage = "published"
caveats = [
    "Shown as the survey office published it: a percentage without its parts, so nothing can be added up and no interval can be given.",
    "Before 2002 the survey was an autumn snapshot, since then it is quarterly: not one series.",
    "Public Attitude Survey and British Crime Survey are different surveys.",
]
source = "SI 2005/470, SPI 2(a); MPA CE 14 Oct 2004, report 8"
owner = "local owner to be named"
*/
select
    'published_figures:' || figure_ref as row_id,
    area_code,
    period_start_on as on_date,
    period_end_on as until_date,
    value,
    n
from published_figures
where kpi_id = 'cust_public_confidence'
