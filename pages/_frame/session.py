"""What the frame hands to the page that it draws."""

import streamlit as st

from kpis.results import opened_build
from pages._scope import Scope

FRAME = "frame"


def enter(scope: Scope | None) -> None:
    """Note that the frame has run, and the scope, None for a page without one."""
    st.session_state[FRAME] = scope


def scope() -> Scope:
    """Return the scope; every page that shows figures begins with this.

    Without a build it says what to do and ends the page.
    """
    require_frame()
    found = st.session_state[FRAME]
    if found is None:
        _say_nothing_is_built()
        st.stop()
    return found


def build_id() -> str:
    """Return the build in use, for a page without a scope; ends it without one."""
    require_frame()
    current = opened_build.current_build_id()
    if current is None:
        _say_nothing_is_built()
        st.stop()
    return current


def require_frame() -> None:
    """Send a visitor who came past the frame, by a link, to its front door."""
    if FRAME not in st.session_state:
        st.switch_page("app.py")


def theme() -> str:
    """Return "light" or "dark", whichever the reader's browser shows."""
    return st.context.theme.type or "light"


def _say_nothing_is_built() -> None:
    st.title("No figures yet")
    st.markdown(
        "Nothing has been imported and built yet. Open **Data, Imports** and upload an "
        "export, or fill the dashboard with invented data: `python -m kpis demo`."
    )
