"""Real HTML tables of our own, for what Streamlit's tables cannot show."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent


def component(name: str) -> Callable:
    """Return the component made of `<name>.js` and `<name>.css` in this folder."""
    parts = ("element.js", f"{name}.js")
    return st.components.v2.component(
        name,
        css=(HERE / f"{name}.css").read_text(encoding="utf-8"),
        js="\n".join((HERE / part).read_text(encoding="utf-8") for part in parts),
    )
