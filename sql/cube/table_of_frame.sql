create table {name} as select * from {frame}
