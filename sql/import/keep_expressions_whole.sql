set global disabled_optimizers = 'in_clause,common_subexpressions'
