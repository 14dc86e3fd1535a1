/* Every current incident stands exactly once in the mart. */
select
    (select count(*) from current_incidents) as current_rows,
    (select count(*) from mart_incidents) as mart_rows
where current_rows <> mart_rows
