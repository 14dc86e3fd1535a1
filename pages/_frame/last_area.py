"""The area that a visitor looked at last, in a cookie of the visitor's browser.

It is used only at the front door: a link shows everyone what it says.
"""

from collections.abc import Mapping

import streamlit as st

from pages._components import keeping
from pages._frame import filters

COOKIE = "demand_area"


def recall(page: str, areas: Mapping[str, str]) -> None:
    """Open `page` with the area of the last visit, if the visitor asks for nothing."""
    is_first_run = filters.AREA not in st.session_state
    area = areas.get(st.context.cookies.get(COOKIE, ""))
    is_default = area == next(iter(areas.values()))
    if is_first_run and area and not is_default and not st.query_params:
        st.switch_page(page, query_params={filters.AREA: area})


def remember(area: str) -> None:
    """Keep the code of an area for the next visit."""
    keeping.keep(COOKIE, area)
