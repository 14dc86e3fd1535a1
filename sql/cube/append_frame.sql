insert into {name} select * from {frame}
