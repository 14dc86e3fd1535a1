"""London at a glance: one indicator in every borough, on a map."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpis import formatting, settings
from kpis.analysis import UNMEASURED, area_comparison, headline
from kpis.charts import funnel_chart, map_chart
from kpis.definitions import Kpi
from kpis.formatting import capital
from pages import _cached
from pages._frame import filters, widgets
from pages._frame.filters import Scope
from pages._frame.markdown import plain
from pages._indicator import who_is_different

FORM, MAP = "form", "london"
TILES, BOUNDARIES = "Equal tiles", "Boundaries"
CREDIT = (
    "Boundaries: london_boroughs.geojson, supplied with this product; the file names "
    "no source. The City of London has a police force of its own."
)


def show(
    scope: Scope, news: list[str], bar: DeltaGenerator, view: str, all_indicators: str
) -> None:
    """Draw the map of one indicator; a borough that is clicked becomes the area.

    Unasked, it shows the first of `news` that is compared by borough. Its filters go
    into `bar`. A click ends this view: `view` is the key of the choice of views, and
    gets `all_indicators`.
    """
    build = _cached.build(scope.build_id)
    titles = {
        kpi_id: kpi.wording.title
        for kpi_id, kpi in build.kpis.items()
        if area_comparison.kind_of(kpi) == "bocu"
    }
    codes = list(titles)
    with bar:
        chosen = st.selectbox(
            "Indicator on the map", codes, format_func=titles.get, key=filters.MAPPED,
            index=codes.index(_first(scope, news, codes)), width=430,
            label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
        form = st.segmented_control(
            "Form of the map", [TILES, BOUNDARIES], default=TILES, required=True,
            key=FORM, label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
    kpi = build.kpis[chosen]
    scope, cell = replace(scope, kpi=chosen), _latest(scope, chosen)
    if cell["state"] in UNMEASURED:
        st.markdown(plain(cell["reason"]))
        return
    found = _compared(scope, cell)
    said = in_words(found, kpi, scope.area)
    left, right = st.columns([3, 2], gap="large")
    with left:
        when = headline.period(cell)
        in_all = " ".join([f"{capital(when)}.", *said])
        _map(scope, kpi, found, form, in_all, view, all_indicators)
        who_is_different.listed(scope, kpi, found, cell)
    with right:
        if pd.notna(cell["value"]):
            st.metric(
                f"{settings.FORCE}, {plain(when)}",
                formatting.of_cell(cell, kpi.measure),
                width="content",
            )
        for line in said:
            st.markdown(plain(line))
        with st.container(key="onward"):
            st.page_link(
                "pages/browse/indicator.py", label="This indicator in full",
                query_params={filters.KPI: kpi.wording.title},
            )  # fmt: skip


def _first(scope: Scope, news: list[str], codes: list[str]) -> str:
    """The first of the news whose boroughs can be judged, or that of the most cases.

    Of one that has no good direction, a first map would not say what to make of it.
    """
    force = _cached.judged(scope.build_id, settings.FORCE, scope.by)
    latest = force[force["is_latest"] & force["kpi"].isin(codes)]
    largest = latest.sort_values("n", ascending=False)["kpi"]
    kpis = _cached.build(scope.build_id).kpis
    for kpi_id in [*news, *largest]:
        is_telling = kpis[kpi_id].judging.better in ("higher", "lower")
        if kpi_id in codes and is_telling and kpis[kpi_id].measure.allows_funnel:
            asked, cell = replace(scope, kpi=kpi_id), _latest(scope, kpi_id)
            if cell["state"] not in UNMEASURED and _compared(asked, cell).attrs["kind"]:
                return kpi_id
    return codes[0]


def _latest(scope: Scope, kpi_id: str) -> pd.Series:
    """The latest settled figure of the force, whose period the map shows."""
    whole = replace(scope, area=settings.FORCE, kpi=kpi_id)
    return headline.latest(_cached.series(whole))


def _compared(scope: Scope, cell: pd.Series) -> pd.DataFrame:
    ends = cell["period_start"], cell["period_end"]
    return _cached.compared(scope.build_id, scope.kpi, *ends, cell["by"])


def in_words(found: pd.DataFrame, kpi: Kpi, area: str) -> list[str]:
    """Name the boroughs that differ, the chosen one, and what to know of the colours.

    `found` is of `compare.areas`, with `name`.
    """
    said = []
    for meaning, words in funnel_chart.MEANS.items():
        outside = found[found["meaning"] == meaning]
        if len(outside):
            named = ", ".join(
                f"{row.name_} {formatting.of_part(row, kpi.measure)}"
                for row in outside.rename(columns={"name": "name_"}).itertuples()
            )
            said.append(f"{map_chart.SIGNS[meaning]} {capital(words)}: {named}.")
    own = found[found["area"] == area]
    said += [area_comparison.sentence(row, kpi) for _, row in own.iterrows()]
    return [line for line in [*said, found.attrs["note"]] if line]


def _map(
    scope: Scope, kpi: Kpi, found, form: str, said: str, view: str, all_indicators: str
) -> None:

    def draw() -> dict:
        grid, theme = _cached.tile_grid(scope.build_id), widgets.theme()
        asked = found, grid, kpi, scope.area, theme
        if form == TILES:
            return map_chart.tiles_figure(*asked, is_large=True)
        return map_chart.boundaries_figure(*asked)

    take = partial(_take_area, view, all_indicators)
    widgets.plot(draw, MAP, said, (kpi.id, form), take, kpi)
    if form == BOUNDARIES:
        st.caption(CREDIT)


def _take_area(view: str, all_indicators: str) -> None:
    """Make the borough that was clicked the chosen area, and show its indicators."""
    points = st.session_state[MAP].selection.points
    if points:
        st.session_state[filters.AREA] = points[0]["customdata"]
        st.session_state[view] = all_indicators
