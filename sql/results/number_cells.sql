{asked}

select
    kpis.question,
    cells.kpi,
    codes.area,
    dates.period_start,
    cells.part,
    sum(cells.n)::bigint as n,
    sum(cells.numerator)::decimal(38, 6) as numerator,
    sum(cells.denominator)::decimal(38, 6) as denominator,
    sum(cells.numerator_squared)::decimal(38, 12) as numerator_squared,
    sum(cells.denominator_squared)::decimal(38, 12) as denominator_squared,
    sum(cells.base)::decimal(38, 6) as base
from {cells} as cells
inner join codes on cells.area_code = codes.area_code
inner join kpis
    on cells.kpi = kpis.kpi
    and codes.question = kpis.question
inner join dates
    on cells.on_date = dates.on_date
    and kpis.question = dates.question
-- a join does not reach the files of years, a constant does
where {within}
group by kpis.question, cells.kpi, codes.area, dates.period_start, cells.part
order by kpis.question, cells.kpi, codes.area, dates.period_start, cells.part
