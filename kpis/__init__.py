"""The engine of the dashboard; it runs and is tested without any page."""
