select
    verdict,
    count(*) as row_count,
    min(line) as first_line
from repeated
group by verdict
