insert into findings
with {near},

found as (
    {select}
)

select
    {finding} as finding,
    {source} as source,
    coalesce(area_code, '') as area_code,
    date_trunc('month', on_date)::date as month_on,
    min(on_date) as first_on,
    max({last_on})::date as last_on,
    count(*) as row_count,
    min(row_id) as example
from found
where strftime(on_date, '%Y-%m') in ({months})
group by area_code, month_on
order by month_on, area_code
