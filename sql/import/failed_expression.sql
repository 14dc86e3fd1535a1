select {expression}::varchar as worked_out
from cleaned
where _record = {record}
limit 1
