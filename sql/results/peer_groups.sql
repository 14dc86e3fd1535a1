select
    group_name,
    bocu_code
from cube.peer_group
where scheme = 'inner_outer'
order by group_name, bocu_code
