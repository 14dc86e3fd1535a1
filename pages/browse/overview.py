"""Every indicator of one area at a glance; each row leads to its own page."""

import streamlit as st

from kpis.output import brief
from pages._cached import builds, scoreboards
from pages._components.scoreboard import draw_scoreboard
from pages._frame import elements, filters, page_list, session
from pages._frame.markdown import plain
from pages._overview.london_map import show_london_map
from pages._overview.side_by_side import show_side_by_side

VIEW = "view"
VIEWS = ALL, LONDON, SIDE_BY_SIDE = "All indicators", "London", "Side by side"

scope = session.scope()
build = builds.build(scope.build_id)
asked = scope.build_id, scope.area, scope.by
heading, board = scoreboards.heading_of(*asked), scoreboards.of_area(*asked)

st.title(plain(heading.title), anchor=False)
with st.container(key="status", gap=None):
    st.caption(plain(heading.measured))
    if heading.doubt:
        st.page_link(page_list.IMPORTS.path, label=plain(heading.doubt))
bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
view = bar.segmented_control(
    "View", VIEWS, default=ALL, required=True, key=VIEW,
    label_visibility="collapsed", bind="query-params",
)  # fmt: skip
opened = None
if view == LONDON:
    news = [row.id for row in board.attention.rows]
    show_london_map(scope, news, bar, leave=(VIEW, ALL))
elif view == SIDE_BY_SIDE:
    opened = show_side_by_side(scope, bar)
else:
    opened = draw_scoreboard(board, session.theme())
    elements.download(
        "Brief to print (PDF)",
        lambda: brief.pdf(board, heading),
        f"brief_{scope.area}_by_{scope.by}_{build.as_at}.pdf",
    )
if opened:
    title = build.kpis[opened].wording.title
    st.switch_page(page_list.INDICATOR.path, query_params={filters.KPI: title})
