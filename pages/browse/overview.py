"""Every indicator of one area at a glance; each row leads to its own page."""

from functools import partial

import streamlit as st

from kpis.output import Heading, brief, doubts, heading
from pages import _cached
from pages._components import scoreboard
from pages._frame import widgets
from pages._frame.filters import Scope
from pages._frame.markdown import plain
from pages._overview import london, side_by_side

VIEW = "view"
VIEWS = ALL, LONDON, BESIDE = "All indicators", "London", "Side by side"


def heading_of(scope: Scope) -> Heading:
    """Return area and period, how much is measured, and what to doubt."""
    names = _cached.area_names(scope.build_id)
    doubt = doubts.in_words(
        _cached.missing(scope.build_id), _cached.findings(scope.build_id), names
    )
    judged = _cached.judged(scope.build_id, scope.area, scope.by)
    build = _cached.build(scope.build_id)
    return heading.of_area(names[scope.area], judged, doubt, build)


scope = widgets.scope()
build = _cached.build(scope.build_id)
titles = {kpi_id: kpi.wording.title for kpi_id, kpi in build.kpis.items()}

headed = _cached.kept("heading", scope, (), partial(heading_of, scope))
st.title(plain(headed.title), anchor=False)
with st.container(key="status", gap=None):
    st.caption(plain(headed.measured))
    if headed.doubt:
        st.page_link("pages/data/imports.py", label=plain(headed.doubt))
bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
view = bar.segmented_control(
    "View", VIEWS, default=ALL, required=True, key=VIEW,
    label_visibility="collapsed", bind="query-params",
)  # fmt: skip
board = _cached.area_scoreboard(scope.build_id, scope.area, scope.by)
opened = None
if view == LONDON:
    news = [row.id for row in board.attention.rows]
    london.show(scope, news, bar, VIEW, ALL)
elif view == BESIDE:
    opened = side_by_side.show(scope, bar)
else:
    opened = scoreboard.show(board, widgets.theme())
    widgets.download(
        "Brief to print (PDF)",
        lambda: brief.pdf(board, headed),
        f"brief_{scope.area}_by_{scope.by}_{build.as_at}.pdf",
    )
if opened:
    st.switch_page("pages/browse/indicator.py", query_params={"kpi": titles[opened]})
