drop view {name} cascade
