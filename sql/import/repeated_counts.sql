select
    verdict,
    count(*) as row_count
from repeated
group by verdict
