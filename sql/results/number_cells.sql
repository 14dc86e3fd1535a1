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
    cells.part,
    sum(cells.n)::bigint as n,
    sum(cells.numerator)::decimal(38, 6) as numerator,
    sum(cells.denominator)::decimal(38, 6) as denominator,
    sum(cells.numerator_squared)::decimal(38, 12) as numerator_squared,
    sum(cells.denominator_squared)::decimal(38, 12) as denominator_squared,
    sum(cells.base)::decimal(38, 6) as base
from {cells} as cells
inner join calendar
    on cells.on_date between calendar.period_start and calendar.period_end
inner join scope on scope.area_code in ('MPS', cells.area_code)
where list_contains(?::varchar[], cells.kpi)
group by cells.kpi, scope.area, calendar.period_start, cells.part
order by cells.kpi, scope.area, calendar.period_start, cells.part
