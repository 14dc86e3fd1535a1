"""Two or three areas side by side: the same rows as each one's own overview."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpis import settings
from pages._cached import builds, scoreboards
from pages._components.side_by_side import draw_side_by_side
from pages._frame import filters, session
from pages._scope import Scope

MOST = 3


def show_side_by_side(scope: Scope, bar: DeltaGenerator) -> str | None:
    """Draw the table of the areas chosen in `bar`; return the indicator just opened."""
    offered = builds.offered_areas(scope.build_id)
    first = list(dict.fromkeys([scope.area, settings.FORCE]))
    codes = bar.multiselect(
        "Areas side by side", offered, default=first,
        format_func=offered.__getitem__, key=filters.SIDE_BY_SIDE,
        max_selections=MOST, width=640, label_visibility="collapsed",
        placeholder="Choose two or three areas", bind="query-params",
    )  # fmt: skip
    if not codes:
        st.markdown("Choose two or three areas above.")
        return None
    by_name = {
        offered[code]: scoreboards.of_area(scope.build_id, code, scope.by)
        for code in codes
    }
    return draw_side_by_side(by_name, session.theme())
