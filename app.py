"""The frame around every page: list of pages, scope bar, notice of synthetic data."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

# Until st.navigation has run once, Streamlit takes pages/*.py for the pages: a link to
# a page of ours would be "not found", and a link to a module of ours would run it
# without this frame. `streamlit run` imports a file that names an App before it serves
# anybody, so this comes before the first visitor.
PagesManager.uses_pages_directory = False
app = st.App(__file__)


def draw() -> None:
    """Draw the frame and, in it, the page that was asked for."""
    # The server, which imports this file, has no cache for them yet.
    from kpis.results import opened_build
    from pages import _cached
    from pages._frame import filters, last_area, local_only, widgets

    here = Path(__file__).parent
    # A picture of our own: Streamlit fetches its named icons from the internet.
    st.set_page_config(
        page_title="Demand resolution",
        page_icon=str(here / "pages" / "_icon.svg"),
        layout="wide",
    )
    local_only.refuse_unless_local()
    _cached.freeze_libraries()
    st.html(here / "pages" / "_style.css")

    overview = st.Page("pages/browse/overview.py", title="Overview", default=True)
    indicator = st.Page("pages/browse/indicator.py", title="Indicator")
    drill = st.Page("pages/browse/drill.py", title="Drill-down")
    imports = st.Page("pages/data/imports.py", title="Imports")
    definitions = st.Page("pages/data/definitions.py", title="Definitions")
    page = st.navigation(
        {"": [overview, indicator, drill], "Data": [imports, definitions]},
        position="top",
    )

    # Read anew in each rerun: a build that has just ended shows at the next click.
    build_id = opened_build.current_build_id()
    scope = None
    if build_id:
        build = _cached.build(build_id)
        titles = {kpi_id: kpi.wording.title for kpi_id, kpi in build.kpis.items()}
        shown = _cached.offered_areas(build_id)
        offered = filters.choices(shown, titles)
        if page == overview:
            last_area.recall(page, shown)
        filters.accept_codes(page, offered)
        filters.warn_of_unknown(offered)
        with st.container(
            key="scope", horizontal=True, vertical_alignment="center", gap="small"
        ):
            if page not in (imports, definitions):
                scope = filters.bar(
                    build_id, offered, has_indicator=page in (indicator, drill)
                )
            widgets.synthetic_notice(build)
            if scope:
                last_area.remember(scope.area)
    widgets.enter(scope)
    with widgets.user_errors():
        page.run()


if __name__ == "__main__":
    draw()
