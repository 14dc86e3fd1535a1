select {columns}
where false
