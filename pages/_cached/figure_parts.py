"""The parts of a figure: by a dimension, by hour of the week, by length of the wait.

`area` is the one whose rows make the figure: the scope's, or a site that stands for it.
"""

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from kpis.analysis import Waits, breakdown, change_split, members, waits
from kpis.charts import breakdown_chart, wait_histogram
from kpis.definitions import Kpi
from kpis.output import part_table
from kpis.periods import Period
from pages._cached import builds
from pages._scope import Scope


@st.cache_data(max_entries=200, show_spinner=False)
def parts(scope: Scope, area: str, period: Period, dimension: str) -> pd.DataFrame:
    """Return the members of a dimension with their figures, in words."""
    build = builds.build(scope.build_id)
    found = breakdown.by_dimension(build, scope.kpi, area, *period, dimension)
    return members.named(found, dimension)


@st.cache_resource(max_entries=200, show_spinner=False)
def table(scope: Scope, area: str, period: Period, dimension: str) -> pd.DataFrame:
    """Return the members of a dimension as a table in words."""
    return part_table.of_members(parts(scope, area, period, dimension), _kpi(scope))


@st.cache_resource(max_entries=200, show_spinner=False)
def chart(
    scope: Scope, area: str, period: Period, dimension: str, whole: float, theme: str
) -> Figure:
    """Return the members of a dimension as a chart; `whole` is the figure of all."""
    found = parts(scope, area, period, dimension)
    return Figure(breakdown_chart.parts_figure(found, _kpi(scope), whole, theme))


@st.cache_resource(max_entries=200, show_spinner=False)
def change(
    scope: Scope, area: str, before: Period, after: Period, by: str, dimension: str
) -> tuple[str, pd.DataFrame]:
    """Say what parts moved the figure between two periods, and return a table.

    UserError where the change cannot be split.
    """
    build = builds.build(scope.build_id)
    found = change_split.split(build, scope.kpi, area, before, after, by, dimension)
    return part_table.change_in_words(found, _kpi(scope), dimension)


@st.cache_data(max_entries=200, show_spinner=False)
def hours_of_week(scope: Scope, area: str, period: Period) -> pd.DataFrame:
    """Return the figures of the hours of the week."""
    build = builds.build(scope.build_id)
    return breakdown.by_hour_of_week(build, scope.kpi, area, *period)


@st.cache_resource(max_entries=200, show_spinner=False)
def week_table(scope: Scope, area: str, period: Period) -> pd.DataFrame:
    """Return the hours of the week in words."""
    return part_table.of_hours(hours_of_week(scope, area, period), _kpi(scope))


@st.cache_resource(max_entries=200, show_spinner=False)
def week_chart(scope: Scope, area: str, period: Period, theme: str) -> Figure:
    """Return the hours of the week as squares."""
    found = hours_of_week(scope, area, period)
    return Figure(breakdown_chart.week_figure(found, _kpi(scope), theme))


@st.cache_resource(max_entries=100, show_spinner=False)
def counted_waits(scope: Scope, area: str, period: Period) -> Waits:
    """Return the single waits behind a figure, counted."""
    return waits.of_cell(builds.build(scope.build_id), scope.kpi, area, period)


@st.cache_resource(max_entries=100, show_spinner=False)
def waits_chart(scope: Scope, area: str, period: Period, theme: str) -> Figure:
    """Return the waits as a histogram."""
    found = counted_waits(scope, area, period)
    classes = waits.classes(found)
    return Figure(wait_histogram.waits_figure(classes, found, _kpi(scope), theme))


def _kpi(scope: Scope) -> Kpi:
    return builds.build(scope.build_id).kpis[scope.kpi]
