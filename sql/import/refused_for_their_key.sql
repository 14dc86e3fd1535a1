select line
from repeated
where verdict = 'key_repeated'
