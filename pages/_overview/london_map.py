"""London at a glance: one indicator in every borough, on a map."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpis import formatting, settings
from kpis.analysis import UNMEASURED, AreaComparison, area_comparison, headline
from kpis.definitions import Kpi
from kpis.formatting import capital
from kpis.output import area_table
from pages._cached import area_series, builds, compared_areas
from pages._frame import charts, filters, page_list, session
from pages._frame.markdown import plain
from pages._indicator import who_is_different
from pages._scope import Scope

FORM, MAP = "form", "london"
TILES, BOUNDARIES = "Equal tiles", "Boundaries"
CREDIT = (
    "Boundaries: london_boroughs.geojson, supplied with this product; the file names "
    "no source. A separate force polices the City of London."
)


def show_london_map(
    scope: Scope, news: Sequence[str], bar: DeltaGenerator, leave: tuple[str, str]
) -> None:
    """Draw the map of one indicator; a borough that is clicked becomes the area.

    At first it shows the first of `news` that is compared by borough. Its filters are
    drawn in `bar`. A click ends this view: `leave` is the key of the choice of views,
    and the view to go to.
    """
    build = builds.build(scope.build_id)
    titles = {
        kpi_id: kpi.wording.title
        for kpi_id, kpi in build.kpis.items()
        if area_comparison.kind_of(kpi) == "bocu"
    }
    first = _first_to_show(scope, news, list(titles))
    with bar:
        chosen, form = _choose(titles, first)
    kpi = build.kpis[chosen]
    scope, cell = replace(scope, kpi=chosen), _headline_of_force(scope, chosen)
    if cell["state"] in UNMEASURED:
        st.markdown(plain(cell["reason"]))
        return
    compared = _compared(scope, cell)
    said = area_table.map_in_words(compared, kpi, scope.area)
    when = capital(headline.period(cell))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _show_map(scope, cell, form, " ".join([f"{when}.", *said]), leave)
        who_is_different.show_table(scope, kpi, cell)
    with right:
        _show_figure(cell, kpi, said)


def _choose(titles: Mapping[str, str], first: str) -> tuple[str, str]:
    """Offer indicators by code, at first one of them; return it and the map's form."""
    codes = list(titles)
    chosen = st.selectbox(
        "Indicator on the map", codes, format_func=titles.__getitem__,
        key=filters.MAPPED, width=430, index=codes.index(first),
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    form = st.segmented_control(
        "Form of the map", [TILES, BOUNDARIES], default=TILES, required=True,
        key=FORM, label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    return chosen, form


def _show_figure(cell: pd.Series, kpi: Kpi, said: Sequence[str]) -> None:
    """Show the force's figure and what the map says, and lead to the indicator."""
    if pd.notna(cell["value"]):
        st.metric(
            f"{settings.FORCE}, {plain(headline.period(cell))}",
            formatting.of_cell(cell, kpi.measure),
            width="content",
        )
    for line in said:
        st.markdown(plain(line))
    with st.container(key="onward"):
        st.page_link(
            page_list.INDICATOR.path, label="This indicator in full",
            query_params={filters.KPI: kpi.wording.title},
        )  # fmt: skip


def _first_to_show(scope: Scope, news: Sequence[str], codes: Sequence[str]) -> str:
    """Return the first of the news whose boroughs can be judged.

    Without news it is the one of the most cases. An indicator without a good direction
    is passed over: its map would not say what to make of it.
    """
    force = area_series.of_area(scope.build_id, settings.FORCE, scope.by)
    latest = force[force["is_latest"] & force["kpi"].isin(codes)]
    largest = latest.sort_values("n", ascending=False)["kpi"]
    kpis = builds.build(scope.build_id).kpis
    for kpi_id in [*news, *largest]:
        is_telling = kpis[kpi_id].judging.better in ("higher", "lower")
        if kpi_id in codes and is_telling and kpis[kpi_id].measure.allows_funnel:
            cell = _headline_of_force(scope, kpi_id)
            if cell["state"] in UNMEASURED:
                continue
            if _compared(replace(scope, kpi=kpi_id), cell).funnel:
                return kpi_id
    return codes[0]


def _headline_of_force(scope: Scope, kpi_id: str) -> pd.Series:
    """Return the force's figure in large, whose period the map shows."""
    whole = replace(scope, area=settings.FORCE, kpi=kpi_id)
    kpi = builds.build(scope.build_id).kpis[kpi_id]
    return headline.headline(area_series.of_indicator(whole), kpi)


def _compared(scope: Scope, cell: pd.Series) -> AreaComparison:
    period = headline.ends(cell)
    return compared_areas.compared(scope.build_id, scope.kpi, period, cell["by"])


def _show_map(
    scope: Scope, cell: pd.Series, form: str, said: str, leave: tuple[str, str]
) -> None:
    asked = scope, headline.ends(cell), cell["by"], session.theme()
    if form == TILES:
        figure = compared_areas.tiles(*asked, is_large=True)
    else:
        figure = compared_areas.boundaries(*asked)
    kpi = builds.build(scope.build_id).kpis[scope.kpi]
    charts.show_chart(figure, MAP, said, partial(_take_area, leave), kpi)
    if form == BOUNDARIES:
        st.caption(CREDIT)


def _take_area(leave: tuple[str, str]) -> None:
    """Make the borough that was clicked the chosen area, and leave the map."""
    points = st.session_state[MAP].selection.points
    if points:
        st.session_state[filters.AREA] = points[0]["customdata"]
        views, view = leave
        st.session_state[views] = view
