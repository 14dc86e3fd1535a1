"""Small parts that several pages show: notices, downloads, errors for the user."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.definitions import Kpi, glossary
from kpis.errors import UserError
from kpis.formatting import capital
from kpis.results import Build, opened_build
from pages import _cached
from pages._components import picture
from pages._frame.filters import Scope
from pages._frame.markdown import plain

FRAME = "frame"
MIME_TYPES = {
    ".csv": "text/csv",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def enter(scope: Scope | None) -> None:
    """Note that the frame has run and what it was asked for."""
    st.session_state[FRAME] = scope


def scope() -> Scope:
    """Return the scope; every page that shows figures begins with this.

    Without the frame, which a deep link to a fresh server can bypass, it leads to the
    frame; without a build it says what to do and ends the page.
    """
    require_frame()
    if st.session_state[FRAME] is None:
        nothing_built()
        st.stop()
    return st.session_state[FRAME]


def build_id() -> str:
    """Return the build in use, for a page without a scope; ends it without one."""
    require_frame()
    current = opened_build.current_build_id()
    if current is None:
        nothing_built()
        st.stop()
    return current


def require_frame() -> None:
    """Lead a visitor who came around the frame to its front door."""
    if FRAME not in st.session_state:
        st.switch_page("app.py")


def nothing_built() -> None:
    """Say what to do where there are no figures yet."""
    st.title("No figures yet")
    st.markdown(
        "Nothing has been imported and built so far. Open **Data, Imports** and "
        "upload an export, or fill the dashboard with invented data: "
        "`python -m kpis demo`."
    )


def synthetic_notice(build: Build) -> None:
    """Say on every page of a demo that its figures are invented."""
    if build.is_demo:
        st.markdown("**Synthetic data**", help="Invented; no real force.", width=150)


def theme() -> str:
    """Return "light" or "dark", whichever the reader's browser shows."""
    return st.context.theme.type or "light"


def header(title: str, *terms: str) -> None:
    """Begin a part of a page, with what its terms mean behind a question mark."""
    st.header(title, anchor=False, help=meaning(*terms) if terms else None)


def meaning(*terms: str) -> str:
    """Return what terms of the glossary mean, as Markdown."""
    return "\n\n".join(f"**{term}.** {glossary.entries()[term]}" for term in terms)


@contextmanager
def user_errors() -> Iterator[None]:
    """Show an error that the user can mend as a notice; bugs go on as they are."""
    try:
        yield
    except UserError as error:
        st.error(plain(str(error)))


def download(label: str, make: Callable[[], bytes], file_name: str) -> None:
    """Offer a file, which is made when it is asked for.

    The page does not run again at the click: the run would take the file away from
    under the click that asked for it.
    """
    mime = MIME_TYPES[PurePath(file_name).suffix]
    st.download_button(label, make, file_name, mime, on_click="ignore")


def folded(label: str, shown: pd.DataFrame, heads: Mapping[str, str]) -> None:
    """Offer a table that says what a chart shows, closed until somebody asks."""
    with st.expander(label):
        st.dataframe(
            shown, hide_index=True, width="stretch", column_config=heads, alt=label
        )


def plot(
    draw: Callable[[], dict],
    key: str,
    in_words: str,
    of: tuple,
    on_select: Callable[[], None] | None = None,
    kpi: Kpi | None = None,
) -> None:
    """Show a chart with its sentence for those who do not see it, and as a picture.

    `draw` makes it, of the page's scope and what is in `of`, and is asked once for all.
    `on_select` is called when a point of it is clicked. `kpi` is its indicator where
    it is not the page's.
    """
    chosen = {"on_select": on_select, "selection_mode": "points"} if on_select else {}
    with st.container(key=f"drawn_{key}"):
        _offer_picture(key, in_words, kpi)
        figure = _cached.drawn(key, scope(), (*of, theme()), draw)
        st.plotly_chart(
            figure, theme=None, key=key, config={"displayModeBar": False},
            alt=in_words, **chosen,
        )  # fmt: skip


def _offer_picture(key: str, in_words: str, kpi: Kpi | None) -> None:
    asked = scope()
    build = _cached.build(asked.build_id)
    area = _cached.area_names(asked.build_id)[asked.area]
    title = (kpi or build.kpis[asked.kpi]).wording.title
    made_up = ["Synthetic data"] if build.is_demo else []
    as_at = f"data as at {formatting.period(build.as_at, 'day')}"
    source = " · ".join([*made_up, capital(as_at), f"build {build.id}"])
    picture.offer(key, f"{title}, {area}", in_words, source, theme())
