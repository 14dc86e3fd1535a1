"""Real HTML tables of our own, for what Streamlit's tables cannot show."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent


def component(name: str, *shared: str) -> Callable:
    """Return the component made of `<name>.js` and `<name>.css` in this folder.

    `shared` names further pairs of files that it builds on.
    """
    parts = ("element.js", *(f"{one}.js" for one in shared), f"{name}.js")
    styles = (*shared, name)
    return st.components.v2.component(
        name,
        css="\n".join(
            (HERE / f"{one}.css").read_text(encoding="utf-8") for one in styles
        ),
        js="\n".join((HERE / part).read_text(encoding="utf-8") for part in parts),
    )
