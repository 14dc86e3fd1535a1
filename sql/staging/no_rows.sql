create view {lake} as
select {columns}
where false
