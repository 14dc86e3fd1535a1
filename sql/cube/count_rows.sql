select count(*) from ({mart})
