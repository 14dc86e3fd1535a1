select name, value from cube.facts
