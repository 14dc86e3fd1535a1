"""Rows of an indicator or a source, as they are listed."""
