/*
title = "Contacts online, by e-mail, at one-stop shops and mobile stations"
question = "How much of what is asked of us comes by the newer ways to reach us?"
family = "operational"
themes = ["access", "resources"]
numerator = "Contacts online, by e-mail, at one-stop shops and at mobile stations"
denominator = "These plus letters, the public's calls on the primary line and visits to front counters"
kind = "proportion"
unit = "percent"
better = "neither"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 200
settles_after_days = 31
needs = { contacts_other_monthly = ["channel", "bocu_code", "contacts"], calls = ["line_type", "stage", "origin", "bocu_code"], front_counter_visits = ["facility_code"] }
dimensions = ["channel"]
read_with = ["ops_counter_hours_delivered", "ops_mobile_stops_kept", "ops_non_emergency_abandonment"]
caveats = [
    "Neither more nor less is good: people may choose another way, or be driven to it by counters that are shut and calls that no one takes. Read it with those.",
    "Letters are not a new way: they count only among all contacts.",
    "Other contacts arrive as monthly counts: the rows behind them are the returns. n counts a return once, however many contacts it holds.",
    "A call counts when it is offered: someone who gives up and rings again counts twice.",
    "Single visits logged at one-stop shops and mobile stations are left out: their returns count them.",
    "Calls count for the borough of the matter, visits for that of the counter. Without a borough they count only for the whole force.",
    "A row of a sample count has the weight of all the visits it stands for.",
]
source = "Need: HMIC, Managing Demand (2004), 3.1.1 and 3.3.1; definition: this product"
owner = "local owner to be named"
*/
select
    'contacts_other_monthly:' || return_ref as row_id,
    bocu_code as area_code,
    month_on as on_date,
    case when channel = 'letter' then 0 else contacts end as numerator,
    contacts as denominator,
    channel
from contacts_other_monthly
where contacts is not null
union all
select
    'calls:' || call_id as row_id,
    bocu_code as area_code,
    offered_on as on_date,
    0 as numerator,
    1 as denominator,
    'telephone' as channel
from calls
where
    origin = 'public'
    and stage = 'primary'
    and line_type <> 'internal'
union all
select
    'front_counter_visits:' || visit_id as row_id,
    bocu_code as area_code,
    arrived_on as on_date,
    0 as numerator,
    visits as denominator,
    'front_counter' as channel
from front_counter_visits
where
    visits is not null
    and coalesce(facility_type, '') not in ('one_stop_shop', 'mobile_police_station')
