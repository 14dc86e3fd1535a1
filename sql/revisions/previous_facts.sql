select
    name,
    value
from previous.facts
