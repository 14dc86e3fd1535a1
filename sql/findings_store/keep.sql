insert into findings
select *
from previous.findings
where
    finding = {finding}
    and strftime(month_on, '%Y-%m') in ({months})
