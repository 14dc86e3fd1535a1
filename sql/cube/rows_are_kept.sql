/* Every current row stands exactly once in the mart. */
{current}
select
    (select count(*) from {name}) as current_rows,
    ({mart_rows}) as mart_rows
where current_rows <> mart_rows
