"""Two or three areas side by side: the same rows as each one's own overview."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpis import settings
from pages import _cached
from pages._components import side_by_side
from pages._frame import filters, widgets
from pages._frame.filters import Scope

MOST = 3


def show(scope: Scope, bar: DeltaGenerator) -> str | None:
    """Draw the table of the areas chosen in `bar`; return the indicator just opened."""
    offered = _cached.offered_areas(scope.build_id)
    first = list(dict.fromkeys([scope.area, settings.FORCE]))
    codes = bar.multiselect(
        "Areas side by side", offered, default=first, format_func=offered.get,
        key=filters.BESIDE, max_selections=MOST, width=640,
        label_visibility="collapsed",
        placeholder="Choose two or three areas", bind="query-params",
    )  # fmt: skip
    scoreboards = {
        offered[code]: _cached.area_scoreboard(scope.build_id, code, scope.by)
        for code in codes
    }
    if not scoreboards:
        st.markdown("Choose two or three areas above.")
        return None
    return side_by_side.show(scoreboards, widgets.theme())
