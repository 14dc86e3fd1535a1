/*
title = "Channels that gave no number"
says = "A channel that was reported before gave no number: its contacts are unknown, not zero."
source = "contacts_other_monthly"
reads = ["contacts_other_monthly"]
looks_days = 366
unusable = { contacts_other_monthly = ["contacts"] }
*/
with channels as (
    select
        channel,
        min(month_on) as since
    from contacts_other_monthly
    group by channel
),

months as (
    select distinct month_on
    from contacts_other_monthly
)

select
    -- contacts without a borough belong to the force
    coalesce(bocu_code, 'MPS') as area_code,
    month_on as on_date,
    'contacts_other_monthly:' || return_ref as row_id
from contacts_other_monthly
where contacts is null
union all
select
    null as area_code,
    months.month_on as on_date,
    null as row_id
from months
inner join channels on channels.since < months.month_on
where not exists (
    select 1
    from contacts_other_monthly as returns
    where
        returns.channel = channels.channel
        and returns.month_on = months.month_on
)
