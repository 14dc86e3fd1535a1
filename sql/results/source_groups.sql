select
    {members},
    count(*) as n
from {mart} as mart
where {on_date} between ? and ?
    and (? = 'MPS' or {is_of_area})
    and {condition}
group by all
order by all
