with scope as (
    select
        unnest(?::varchar[]) as area,
        unnest(?::varchar[]) as area_code
),

calendar as (
    select
        unnest(?::date[]) as period_start,
        unnest(?::date[]) as period_end
)

select
    cells.kpi,
    scope.area,
    calendar.period_start,
    cells.value,
    sum(cells.frequency)::bigint as frequency
from {cells} as cells
inner join calendar
    on cells.on_date between calendar.period_start and calendar.period_end
inner join scope on scope.area_code in ('MPS', cells.area_code)
where list_contains(?::varchar[], cells.kpi)
group by cells.kpi, scope.area, calendar.period_start, cells.value
order by cells.kpi, scope.area, calendar.period_start, cells.value
