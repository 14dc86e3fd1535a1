attach {file} as {name}
