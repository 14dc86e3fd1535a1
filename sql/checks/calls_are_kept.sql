/* Every current call stands exactly once in the mart. */
select
    (select count(*) from current_calls) as current_rows,
    (select count(*) from mart_calls) as mart_rows
where current_rows <> mart_rows
