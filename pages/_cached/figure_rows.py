"""The rows behind figures, as they are listed, filtered and grouped.

`area` is the one whose rows make the figure: the scope's, or a site that stands for it.
"""

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from kpis.analysis import grouped_rows, source_rows
from kpis.charts import breakdown_chart
from kpis.output import group_table, row_table
from kpis.periods import Period
from kpis.results import queries
from pages._cached import builds
from pages._scope import Scope

MOST_LISTED = 200
# the members chosen of each dimension
Chosen = tuple[tuple[str, tuple[str, ...]], ...]


@st.cache_resource(max_entries=200, show_spinner=False)
def behind(scope: Scope, area: str, period: Period) -> pd.DataFrame:
    """Return the first rows behind a figure, in words.

    UserError where there are none, or they may not be shown.
    """
    build = builds.build(scope.build_id)
    rows = queries.rows(build, scope.kpi, area, *period, MOST_LISTED)
    return _in_words(scope, rows)


@st.cache_resource(max_entries=200, show_spinner=False)
def chosen_rows(
    scope: Scope, area: str, period: Period, chosen: Chosen
) -> pd.DataFrame:
    """Return the first rows that are counted with some members chosen, in words."""
    build = builds.build(scope.build_id)
    asked = scope.kpi, area, period, dict(chosen)
    return _in_words(scope, grouped_rows.rows(build, *asked, MOST_LISTED))


def _in_words(scope: Scope, rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    kpi = builds.build(scope.build_id).kpis[scope.kpi]
    return row_table.in_words(rows, kpi, builds.names(scope.build_id))


@st.cache_data(max_entries=400, show_spinner=False)
def grouped(
    scope: Scope, area: str, period: Period, by: tuple[str, ...], chosen: Chosen = ()
) -> pd.DataFrame:
    """Return the figures of groups of the rows of the scope's indicator."""
    build = builds.build(scope.build_id)
    return grouped_rows.grouped(build, scope.kpi, area, period, by, dict(chosen))


@st.cache_resource(max_entries=200, show_spinner=False)
def groups_chart(
    scope: Scope, area: str, period: Period, by: str, chosen: Chosen, theme: str
) -> Figure:
    """Return the groups that one dimension makes as a chart."""
    names = builds.names(scope.build_id)
    groups = grouped(scope, area, period, (by,), chosen)
    words = [group_table.member(code, by, names) for code in groups[by]]
    whole = grouped(scope, area, period, (), chosen)["value"].iloc[0]
    return Figure(
        breakdown_chart.parts_figure(
            groups.assign(name=words, is_left_out=False),
            builds.build(scope.build_id).kpis[scope.kpi],
            whole,
            theme,
        )
    )


@st.cache_data(max_entries=400, show_spinner=False)
def of_source(
    scope: Scope, source: str, period: Period, by: tuple[str, ...], chosen: Chosen
) -> pd.DataFrame:
    """Return how many rows of a source are in each group."""
    asked = source, scope.area, period, by, dict(chosen)
    return source_rows.grouped(builds.build(scope.build_id), *asked)
