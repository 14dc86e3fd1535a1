insert into row_losses
select *
from previous.row_losses
where
    source = {source}
    and month in ({months})
