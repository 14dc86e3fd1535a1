/* Which refused rows of which file a mended quarantine file holds again. */
select
    unguarded(quarantined_from) as file,
    list(distinct try_cast(quarantined_line as bigint)) as lines
from read_csv(
    {file},
    header = false,
    skip = {skip},
    auto_detect = false,
    delim = {delimiter},
    quote = {quote},
    escape = {quote},
    columns = {columns}
)
where quarantined_from is not null
group by file
order by file
