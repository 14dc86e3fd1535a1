/* Every current row is in the mart exactly once. */
{current}
select
    (select count(*) from {name}) as current_rows,
    ({mart_rows}) as mart_rows
where current_rows <> mart_rows
