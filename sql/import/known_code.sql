create table known_code as
select distinct code
from known_spelling
