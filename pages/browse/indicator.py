"""One indicator of one area: figure, sentence, chart, rows, definition."""

from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import UNMEASURED, headline
from kpis.charts import spc_chart
from kpis.context import breaks, events, targets
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.output import series_table
from pages import _cached
from pages._drill import rows
from pages._frame import filters, period_choice, widgets
from pages._frame.filters import Scope
from pages._frame.markdown import plain
from pages._indicator import (
    definition_panel,
    downloads,
    what_is_behind,
    who_is_different,
)

CHART = "spc"
# the chart's marks as letters, to be named below it
SIGNS = {
    "improvement": "▲",
    "concern": "▼",
    "change": "◆",
    "too_few": "│",
    "provisional": "○",
    "gap": "×",
}


def directory(kpis: dict[str, Kpi]) -> None:
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


def show_headline(series: pd.DataFrame, kpi: Kpi, scope: Scope, in_words: str) -> None:
    """Show the latest settled figure and what it means, or why there is none."""
    latest = headline.latest(series)
    st.title(kpi.wording.title, anchor=False)
    area = _cached.area_names(scope.build_id)[scope.area]
    where = plain(f"{area}, {headline.period(latest)}")
    with st.container(
        key="headline", horizontal=True, vertical_alignment="bottom", gap="large"
    ):
        if pd.isna(latest["value"]):
            state = formatting.missing(latest["state"])
            st.markdown(f"{where}: {state}. {plain(latest['reason'])}")
        else:
            value = formatting.of_cell(latest, kpi.measure)
            unit = formatting.left_out(kpi.measure.unit)
            label = f"{where}, {plain(unit)}" if unit else where
            st.metric(label, value, width="content")
            terms = "Cases", "Limits", "Better or worse than its past"
            st.markdown(in_words, help=widgets.meaning(*terms))
    if latest["by"] != scope.by:
        shown = filters.PERIOD_NAMES[latest["by"]].lower()
        st.caption(f"Shown {shown}: there is no figure for a shorter period.")


def neighbours(kpi: Kpi, scope: Scope) -> None:
    """Lead to what the indicator is to be read with: another side of the matter."""
    if not kpi.wording.read_with:
        return
    kpis = _cached.build(scope.build_id).kpis
    judged = _cached.judged(scope.build_id, scope.area, scope.by)
    latest = judged[judged["is_latest"]].set_index("kpi")
    with st.container(key="neighbours", horizontal=True, vertical_alignment="center"):
        st.caption("Read with", width="content")
        for other in kpi.wording.read_with:
            row = latest.loc[other]
            figure = (
                formatting.of_cell(row, kpis[other].measure)
                if pd.notna(row["value"])
                else ""
            )
            label = plain(f"{kpis[other].wording.title} {figure}".strip())
            st.button(label, type="tertiary", on_click=choose, args=(other,))


def key(series: pd.DataFrame) -> str:
    """Name the marks of the chart, in one line."""
    said = [f"{SIGNS[mark]} {says}" for mark, says in spc_chart.key(series)]
    return " \u2003 ".join(said)


def told(series: pd.DataFrame, kpi: Kpi, scope: Scope) -> list[str]:
    """Say what the lines across the chart mean, for those who do not see them too."""
    ends = (series["period_start"].dt.date, series["period_end"].dt.date)
    by = series["by"].iloc[0]
    shown = list(zip(*ends, strict=True))
    aims = [one for one in _cached.targets_of_series(scope) if one.is_set]
    said = [
        f"{'Target' if one.is_adopted else 'Standard'}: "
        f"{targets.in_words(one, kpi.measure.unit)}."
        for one in dict.fromkeys(aims)
    ]
    said += breaks.account(_cached.breaks(scope), shown, by)
    said += events.account(_cached.events_of(scope), shown[0][0], shown[-1][1])
    return [plain(line) for line in said]


def take_point(by: str) -> None:
    """Make the period of the point that was clicked the chosen one."""
    points = st.session_state[CHART].selection.points
    if points:
        start = pd.Timestamp(points[0]["x"])
        st.session_state[filters.PERIOD] = period_choice.code(start, by)


def rows_behind(series: pd.DataFrame, kpi: Kpi, scope: Scope, cell: pd.Series) -> None:
    """Show the rows of one period, which add up to its figure."""
    widgets.header("Rows behind the figure", "Numerator and denominator", "Cases")
    try:
        found = _cached.rows(scope, cell["period_start"], cell["period_end"])
    except UserError as error:
        # there are none, or they are people: what follows is shown all the same
        st.markdown(plain(str(error)))
        return
    st.markdown(rows.account(cell, kpi, len(found)))
    rows.show(found, kpi, scope, headline.ends(cell))
    if kpi.population.dimensions:
        # area and period go along: they are the same widgets there
        st.page_link("pages/browse/drill.py", label="Filter and group these rows")
    downloads.show(series, cell, scope, kpi)


scope = widgets.scope()
kpis = _cached.build(scope.build_id).kpis
if scope.kpi is None:
    directory(kpis)
    st.stop()
kpi = kpis[scope.kpi]
series = _cached.series(scope)
in_words = headline.sentence(series, kpi, headline.verdict(series))
show_headline(series, kpi, scope, in_words)
neighbours(kpi, scope)
if series["value"].notna().any():
    draw = partial(_cached.spc_figure, scope, widgets.theme())
    take = partial(take_point, series["by"].iloc[0])
    widgets.plot(draw, CHART, in_words, (), take)
    with st.container(gap="xxsmall"):
        for line in filter(None, [key(series), *told(series, kpi, scope)]):
            st.caption(line)
    as_table = _cached.kept(
        "series", scope, (), partial(series_table.in_words, series, kpi)
    )
    widgets.folded("The series as a table", as_table, series_table.HEADS)
if not series["state"].isin(UNMEASURED).all():
    cell = period_choice.of_series(series)
    who_is_different.show(scope, kpi, cell)
    what_is_behind.show(scope, kpi, series, cell)
    rows_behind(series, kpi, scope, cell)
definition_panel.show(kpi, scope)
