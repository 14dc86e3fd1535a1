"""The line above every page: what is shown, and whether it is invented."""

import streamlit as st

from kpis.results import opened_build
from pages._cached import builds
from pages._frame import elements, filters, last_area, page_list
from pages._frame.page_list import ListedPage
from pages._scope import Scope


def draw_scope_bar(page: ListedPage) -> Scope | None:
    """Draw the bar of a page and return the scope; None for a page without one."""
    # asked again in each rerun: a build that has just ended shows at the next click
    build_id = opened_build.current_build_id()
    if not build_id:
        return None
    build, areas = builds.build(build_id), builds.offered_areas(build_id)
    titles = {kpi_id: kpi.wording.title for kpi_id, kpi in build.kpis.items()}
    offered = filters.choices(areas, titles)
    if page == page_list.OVERVIEW:
        last_area.recall(page.path, areas)
    filters.accept_codes(page.path, offered)
    filters.warn_of_unknown(offered)
    scope = None
    with st.container(
        key="scope", horizontal=True, vertical_alignment="center", gap="small"
    ):
        if page.has_scope:
            scope = filters.bar(build_id, offered, page.has_indicator)
        elements.synthetic_notice(build)
        if scope:
            last_area.remember(scope.area)
    return scope
