"""Every indicator of one area at a glance; each row leads to its own page."""

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import UNMEASURED
from kpis.definitions import Kpi
from kpis.output import Heading, brief
from pages import _cached
from pages._components import findings, scoreboard
from pages._frame import widgets
from pages._frame.filters import Scope
from pages._frame.markdown import plain
from pages._overview import london, side_by_side

VIEW = "view"
VIEWS = ALL, LONDON, BESIDE = "All indicators", "London", "Side by side"


def title(judged: pd.DataFrame, area: str) -> str:
    return ", ".join(filter(None, [area, scoreboard.shared_period(judged)]))


def completeness(judged: pd.DataFrame, kpis: dict[str, Kpi], as_at: date) -> str:
    """How much of the catalogue is measured, and as at which day."""
    latest = judged[judged["is_latest"]]
    core = {kpi_id for kpi_id, kpi in kpis.items() if kpi.wording.tier == "core"}
    states = latest.loc[latest["kpi"].isin(core), "state"]
    measured = int((~states.isin(UNMEASURED)).sum())
    elsewhere = int(states.eq("not_applicable").sum())
    unreliable = int(states.eq("not_reliable").sum())
    few = int(states.eq("too_few").sum())
    return " · ".join(
        [
            f"{measured} of {len(states) - elsewhere} core indicators measured",
            *([f"{elsewhere} more have no figure of this area"] if elsewhere else []),
            *([f"{few} on too few cases to judge"] if few else []),
            *([f"{unreliable} not reliable"] if unreliable else []),
            f"data as at {formatting.period(as_at, 'day')}",
        ]
    )


def doubts(missing: pd.DataFrame, unreliable: int, names: dict[str, str]) -> str:
    """What has not come, or how much when it is a lot, and what spoils figures."""
    said = [widgets.absence(one, names) for one in missing.itertuples()]
    if len(said) > 1:
        said = [f"{len(said)} expected exports have not arrived"]
    if unreliable:
        verb = "finding makes" if unreliable == 1 else "findings make"
        said.append(f"{unreliable} {verb} figures unreliable")
    return " · ".join(said)


def heading_of(scope: Scope) -> Heading:
    """Say of an area which period is shown, how much is measured, what is in doubt."""
    build = _cached.build(scope.build_id)
    names = _cached.area_names(scope.build_id)
    judged = _cached.judged(scope.build_id, scope.area, scope.by)
    unreliable = findings.unreliable(_cached.findings(scope.build_id))
    return Heading(
        title(judged, names[scope.area]),
        completeness(judged, build.kpis, build.as_at),
        doubts(_cached.missing(scope.build_id), unreliable, names),
        build.id, build.as_at, build.is_demo,
    )  # fmt: skip


scope = widgets.scope()
build = _cached.build(scope.build_id)
titles = {kpi_id: kpi.wording.title for kpi_id, kpi in build.kpis.items()}

heading = _cached.kept("heading", scope, (), partial(heading_of, scope))
st.title(plain(heading.title), anchor=False)
with st.container(key="status", gap=None):
    st.caption(plain(heading.measured))
    if heading.doubt:
        st.page_link("pages/data/imports.py", label=plain(heading.doubt))
bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
view = bar.segmented_control(
    "View", VIEWS, default=ALL, required=True, key=VIEW,
    label_visibility="collapsed", bind="query-params",
)  # fmt: skip
board = _cached.board(scope.build_id, scope.area, scope.by, widgets.theme())
opened = None
if view == LONDON:
    news = [row["id"] for row in board["attention"]["rows"]]
    london.show(scope, news, bar, VIEW, ALL)
elif view == BESIDE:
    opened = side_by_side.show(scope, bar)
else:
    opened = scoreboard.show(board)
    widgets.download(
        "Brief to print (PDF)",
        lambda: brief.pdf(board, heading),
        f"brief_{scope.area}_by_{scope.by}_{build.as_at}.pdf",
    )
if opened:
    st.switch_page("pages/browse/indicator.py", query_params={"kpi": titles[opened]})
