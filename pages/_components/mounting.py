"""HTML components of our own: each is a JavaScript file, most with a style sheet."""

from collections.abc import Callable, Iterable
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent


def component(name: str, *shared: str) -> Callable:
    """Return the component made of `<name>.js` and `<name>.css` in this folder.

    It need not have a style sheet. `shared` names further files that it builds on.
    """
    parts = (*shared, name)
    return st.components.v2.component(
        name,
        css=_joined(f"{part}.css" for part in parts),
        js=_joined(["element.js", *(f"{part}.js" for part in parts)]),
    )


def _joined(names: Iterable[str]) -> str:
    files = [HERE / name for name in names]
    return "\n".join(file.read_text("utf-8") for file in files if file.exists())
