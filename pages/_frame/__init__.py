"""The frame around every page, and the parts that all pages share."""
