checkpoint {name}
