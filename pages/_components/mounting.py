"""HTML components of our own: each is a JavaScript file and a style sheet."""

from collections.abc import Callable, Iterable
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent


def component(name: str, *shared: str) -> Callable:
    """Return the component made of `<name>.js` and `<name>.css` in this folder.

    `shared` names further pairs of files that it builds on.
    """
    pairs = (*shared, name)
    return st.components.v2.component(
        name,
        css=_joined(f"{pair}.css" for pair in pairs),
        js=_joined(["element.js", *(f"{pair}.js" for pair in pairs)]),
    )


def _joined(names: Iterable[str]) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
