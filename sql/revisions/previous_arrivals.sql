select
    source,
    max(extracted_at)::date as as_at
from previous.imports
group by source
