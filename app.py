"""The frame around every page: list of pages, scope bar, notice of synthetic data."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

# Until st.navigation has run once, Streamlit takes pages/*.py for the pages: a link to
# a page of ours would be "not found", and a link to a module of ours would run it
# without this frame. `streamlit run` imports a file that names an App before it serves
# anyone, so this comes before the first visitor.
PagesManager.uses_pages_directory = False
app = st.App(__file__)
PAGES_FOLDER = Path(__file__).parent / "pages"


def draw() -> None:
    """Draw the frame and, in it, the page that was asked for."""
    # The server imports this file before there are caches for these.
    from pages._cached import builds
    from pages._frame import elements, local_only, page_list, scope_bar, session

    # A picture of our own: Streamlit fetches its named icons from the internet.
    icon = str(PAGES_FOLDER / "_icon.svg")
    st.set_page_config(page_title="Demand resolution", page_icon=icon, layout="wide")
    local_only.refuse_unless_local()
    builds.freeze_libraries()
    st.html(PAGES_FOLDER / "_style.css")
    menu: dict[str, list[st.Page]] = {}
    for listed in page_list.PAGES:
        is_first = listed == page_list.PAGES[0]
        page = st.Page(listed.path, title=listed.title, default=is_first)
        menu.setdefault(listed.group, []).append(page)
    chosen = st.navigation(menu, position="top")
    with elements.user_errors():
        session.enter(scope_bar.draw_scope_bar(page_list.at(chosen.url_path)))
        chosen.run()


if __name__ == "__main__":
    draw()
