select {columns}
