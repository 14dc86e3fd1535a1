set global disabled_optimizers = 'common_subexpressions'
