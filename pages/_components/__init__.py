"""HTML tables and small tools of our own, for what Streamlit cannot show."""
