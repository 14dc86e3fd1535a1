attach {cube} as cube (read_only)
