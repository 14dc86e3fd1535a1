"""A cookie: Streamlit can read one, but not write it."""

import streamlit as st

from pages._components.mounting import component

_mount = component("keeping")


def keep(name: str, value: str) -> None:
    """Let the visitor's browser keep a value for a year, for this site alone."""
    with st.container(key="keeping"):
        _mount(key=f"keep_{name}", data={"name": name, "value": value})
