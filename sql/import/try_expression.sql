select {tried} as tried
from (select {columns}) as export_row
where false
