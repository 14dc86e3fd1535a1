"""Pages: what is shown on screen. They choose, fetch and show, and ask no queries."""
