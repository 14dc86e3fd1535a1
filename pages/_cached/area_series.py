"""The judged series of an area, and what is shown with one of them.

Every page takes its series from here, so a figure and its verdict are the same wherever
they are shown.
"""

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from kpis.analysis import headline, judged_series
from kpis.charts import spc_chart
from kpis.context import Break, Event, Target, breaks, events, lookup, targets
from kpis.output import area_names, series_table
from pages._cached import builds
from pages._scope import Scope


@st.cache_resource(max_entries=200, show_spinner=False)
def of_area(build_id: str, area: str, by: str) -> pd.DataFrame:
    """Return the judged series of all indicators of an area."""
    return judged_series.of_area(builds.build(build_id), area, by)


@st.cache_resource(max_entries=400, show_spinner=False)
def of_indicator(scope: Scope) -> pd.DataFrame:
    """Return the judged series of the scope's indicator, a row for each period.

    Its column `by` is the scope's, or longer where the indicator has no shorter one.
    """
    judged = of_area(scope.build_id, scope.area, scope.by)
    return judged[judged["kpi"] == scope.kpi].reset_index(drop=True)


@st.cache_resource(max_entries=200, show_spinner=False)
def table(scope: Scope) -> pd.DataFrame:
    """Return the series in words."""
    kpi = builds.build(scope.build_id).kpis[scope.kpi]
    return series_table.in_words(of_indicator(scope), kpi)


@st.cache_resource(max_entries=200, show_spinner=False)
def chart(scope: Scope, theme: str) -> Figure:
    """Return the SPC chart of the series."""
    series, kpi = of_indicator(scope), builds.build(scope.build_id).kpis[scope.kpi]
    by, starts = series["by"].iloc[0], list(series["period_start"].dt.date)
    marks = breaks.marks(breaks_of(scope), starts, by)
    marks += events.marks(events_of(scope), starts, by)
    return Figure(
        spc_chart.spc_figure(series, kpi, by, theme, marks, targets_of(scope))
    )


@st.cache_resource(max_entries=200, show_spinner=False)
def targets_of(scope: Scope) -> list[Target]:
    """Return the target in force in each period of the series."""
    series, aims = of_indicator(scope), builds.targets(scope.build_id)
    return [
        targets.of_period(aims, scope.kpi, row["area"], headline.ends(row))
        for _, row in series.iterrows()
    ]


@st.cache_resource(max_entries=200, show_spinner=False)
def breaks_of(scope: Scope) -> list[Break]:
    """Return the breaks of the series, and of a site that stands for the area."""
    build = builds.build(scope.build_id)
    return lookup.breaks_of_shown(build, scope.kpi, _areas(scope))


def events_of(scope: Scope) -> list[Event]:
    """Return the events that may explain a point of the series."""
    by = of_indicator(scope)["by"].iloc[0]
    return events.of_area(builds.build(scope.build_id), scope.area, by)


@st.cache_data(max_entries=200, show_spinner=False)
def revisions(scope: Scope) -> pd.DataFrame:
    """Return what earlier builds said of the series, the newest first.

    Its column `area` is the scope's, or a site that stands for it.
    """
    build = builds.build(scope.build_id)
    found = [
        lookup.revisions_of(build, scope.kpi, area).assign(area=area)
        for area in sorted(_areas(scope))
    ]
    return pd.concat(found).sort_values("was_as_at", ascending=False, kind="stable")


def site(scope: Scope, cell: pd.Series) -> str:
    """Say that a figure of the series is that of a site; "" where it is the area's."""
    names = builds.names(scope.build_id)
    return area_names.site(cell["area"], scope.area, names)


def _areas(scope: Scope) -> set[str]:
    """Return the scope's area, and the sites that stand for it."""
    return {scope.area, *of_indicator(scope)["area"]}
