/* A long list after "in" would become a join, which loses the order of the file. */
set global disabled_optimizers = 'in_clause'
