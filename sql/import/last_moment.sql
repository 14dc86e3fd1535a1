select max({happened}) at time zone {zone} as last_at
from judged
where _filtered is null and _faults & {refusing_bits} = 0
