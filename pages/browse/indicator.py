"""One indicator of one area: figure, sentence, chart, rows, definition."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import UNMEASURED, headline
from kpis.context import breaks, events, targets
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.formatting import capital
from kpis.output import row_table, series_table
from pages._cached import area_series, builds, figure_rows
from pages._drill.row_list import show_rows
from pages._frame import charts, elements, filters, page_list, period_choice, session
from pages._frame.markdown import plain
from pages._indicator.definition_panel import show_definition
from pages._indicator.downloads import offer_downloads
from pages._indicator.what_is_behind import show_parts
from pages._indicator.who_is_different import show_areas
from pages._scope import Scope

CHART = "spc"


def list_indicators(kpis: Mapping[str, Kpi]) -> None:
    """Lead to every indicator, for a visitor who has not chosen one."""
    st.title("Indicators", anchor=False)
    with st.container(gap=None):
        for kpi in kpis.values():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    kpi.wording.title, type="tertiary", on_click=choose, args=(kpi.id,)
                )
                st.caption(kpi.wording.question)


def choose(kpi_id: str) -> None:
    st.session_state[filters.KPI] = kpi_id


def show_headline(series: pd.DataFrame, kpi: Kpi, scope: Scope, sentence: str) -> None:
    """Show the latest settled figure and what it means, or why there is none.

    It may be that of the last twelve months; `sentence` is of the latest period.
    """
    latest, shown = headline.latest(series), headline.headline(series, kpi)
    st.title(kpi.wording.title, anchor=False)
    area, site = (
        builds.names(scope.build_id)[scope.area],
        area_series.site(scope, shown),
    )
    said = filter(None, [area, headline.period(shown), site])
    where = plain(", ".join(said))
    with st.container(
        key="headline", horizontal=True, vertical_alignment="bottom", gap="large"
    ):
        if pd.isna(shown["value"]):
            state = formatting.of_state(shown["state"])
            st.markdown(f"{where}: {state}. {plain(shown['reason'])}")
        else:
            value = formatting.of_cell(shown, kpi.measure)
            unit = formatting.left_out(kpi.measure.unit)
            label = f"{where}, {plain(unit)}" if unit else where
            st.metric(label, value, width="content")
        if pd.notna(latest["value"]) or pd.notna(shown["value"]):
            terms = "Cases", "Limits", "Better or worse than its past"
            st.markdown(sentence, help=elements.meaning(*terms))
    if shown["caveat"]:
        st.markdown(f":material/warning: {plain(shown['caveat'])}")
    if shown["left_out"]:
        st.caption(plain(shown["left_out"]))
    if latest["by"] != scope.by:
        length = filters.PERIOD_NAMES[latest["by"]].lower()
        st.caption(f"Shown {length}: there is no figure for a shorter period.")


def lead_to_counterweights(kpi: Kpi, scope: Scope) -> None:
    """Lead to the indicators to read this one with, which show its other side."""
    if not kpi.wording.read_with:
        return
    kpis = builds.build(scope.build_id).kpis
    judged = area_series.of_area(scope.build_id, scope.area, scope.by)
    with st.container(key="neighbours", horizontal=True, vertical_alignment="center"):
        st.caption("Read with", width="content")
        for other in kpi.wording.read_with:
            row = headline.headline(judged[judged["kpi"] == other], kpis[other])
            figure = (
                formatting.of_cell(row, kpis[other].measure)
                if pd.notna(row["value"])
                else ""
            )
            label = plain(f"{kpis[other].wording.title} {figure}".strip())
            st.button(label, type="tertiary", on_click=choose, args=(other,))


def show_series(series: pd.DataFrame, scope: Scope, kpi: Kpi, sentence: str) -> None:
    """Show the chart of a series, what its lines mean, and the series as a table."""
    figure = area_series.chart(scope, session.theme())
    take = partial(take_point, series["by"].iloc[0])
    site = area_series.site(scope, headline.latest(series))
    charts.show_chart(figure, CHART, sentence, take, site=site)
    with st.container(gap="xxsmall"):
        said = [charts.key(series), *lines_in_words(series, kpi, scope)]
        for line in filter(None, said):
            st.caption(line)
    table = area_series.table(scope)
    elements.folded_table("Series as a table", table, series_table.HEADS)


def lines_in_words(series: pd.DataFrame, kpi: Kpi, scope: Scope) -> list[str]:
    """Say what targets, breaks and events the chart shows."""
    by = series["by"].iloc[0]
    periods = [headline.ends(row) for _, row in series.iterrows()]
    aims = [target for target in area_series.targets_of(scope) if target.is_set]
    said = [
        f"{'Target' if target.is_adopted else 'Standard'}: "
        f"{targets.in_words(target, kpi.measure.unit)}."
        for target in dict.fromkeys(aims)
    ]
    said += breaks.notes(area_series.breaks_of(scope), periods, by)
    said += events.notes(area_series.events_of(scope), periods[0][0], periods[-1][1])
    return [plain(line) for line in said]


def take_point(by: str) -> None:
    """Make the period of the point that was clicked the chosen one."""
    points = st.session_state[CHART].selection.points
    if points:
        start = pd.Timestamp(points[0]["x"])
        st.session_state[filters.PERIOD] = period_choice.code(start, by)


def show_rows_behind(
    series: pd.DataFrame, kpi: Kpi, scope: Scope, cell: pd.Series
) -> None:
    """Show the rows of one period, which add up to its figure."""
    elements.header("Rows behind the figure", "Numerator and denominator", "Cases")
    try:
        rows = figure_rows.behind(scope, cell["area"], headline.ends(cell))
    except UserError as error:
        # there are none, or they are people: the rest of the page is shown anyway
        is_shown = kpi.disclosure.is_needed and pd.notna(cell["value"])
        total = f"{row_table.sum_in_words(cell, kpi)} " if is_shown else ""
        st.markdown(plain(f"{total}{error}"))
        if is_shown:
            offer_downloads(series, cell, scope, kpi, has_rows=False)
        return
    is_cut = len(rows) == figure_rows.MOST_LISTED
    limited = f" First {len(rows)} rows are shown." if is_cut else ""
    site = area_series.site(scope, cell)
    whose = f"{capital(site)}: " if site else ""
    st.markdown(plain(whose + row_table.sum_in_words(cell, kpi) + limited))
    show_rows(rows, kpi)
    if kpi.population.dimensions:
        # area and period go along: they are the same widgets there
        st.page_link(page_list.DRILL_DOWN.path, label="Filter and group these rows")
    offer_downloads(series, cell, scope, kpi)


def show_indicator(kpi: Kpi, scope: Scope) -> None:
    """Show an indicator: its figure, its past, who differs, what is behind it."""
    series = area_series.of_indicator(scope)
    sentence = headline.sentence(series, kpi, headline.verdict(series))
    show_headline(series, kpi, scope, sentence)
    lead_to_counterweights(kpi, scope)
    if series["value"].notna().any():
        show_series(series, scope, kpi, sentence)
    if not series["state"].isin(UNMEASURED).all():
        cell = period_choice.of_series(series)
        show_areas(scope, kpi, cell)
        show_parts(scope, kpi, series, cell)
        show_rows_behind(series, kpi, scope, cell)
    show_definition(kpi, scope)


scope = session.scope()
kpis = builds.build(scope.build_id).kpis
if scope.kpi:
    show_indicator(kpis[scope.kpi], scope)
else:
    list_indicators(kpis)
