attach {cube} as previous (read_only)
