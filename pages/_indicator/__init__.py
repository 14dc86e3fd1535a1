"""Parts of the indicator page."""
