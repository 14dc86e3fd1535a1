attach ':memory:' as {place}
