"""An indicator's areas next to each other in a period: tables, sentences, charts."""

from dataclasses import replace

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from kpis import formatting, settings
from kpis.analysis import AreaComparison, area_comparison, judged_series
from kpis.charts import funnel_chart, history_chart, map_chart, small_multiples
from kpis.definitions import Kpi
from kpis.output import area_table
from kpis.periods import Period
from pages._cached import area_series, builds
from pages._scope import Scope


@st.cache_data(max_entries=200, show_spinner=False)
def compared(build_id: str, kpi_id: str, period: Period, by: str) -> AreaComparison:
    """Return the areas of an indicator next to each other in a period, with names."""
    found = area_comparison.compare(builds.build(build_id), kpi_id, period, by)
    names = found.table["area"].map(builds.names(build_id))
    return replace(found, table=found.table.assign(name=names))


@st.cache_resource(max_entries=400, show_spinner=False)
def table(build_id: str, kpi_id: str, period: Period, by: str) -> pd.DataFrame:
    """Return the areas of a period in words."""
    kpi = builds.build(build_id).kpis[kpi_id]
    return area_table.in_words(compared(build_id, kpi_id, period, by).table, kpi)


@st.cache_resource(max_entries=400, show_spinner=False)
def sentence(scope: Scope, period: Period, by: str) -> str:
    """Say who differs in a period, how the scope's area stands, and its group."""
    build = builds.build(scope.build_id)
    kpi = build.kpis[scope.kpi]
    found = compared(scope.build_id, scope.kpi, period, by)
    groups = area_comparison.groups(build, found.table, kpi)
    when = formatting.period(period[0], by)
    return area_table.sentence(found, groups, kpi, scope.area, when)


@st.cache_resource(max_entries=200, show_spinner=False)
def funnel(scope: Scope, period: Period, by: str, theme: str) -> Figure | None:
    """Return the funnel of a period, None without one; the scope's area stands out."""
    found = compared(scope.build_id, scope.kpi, period, by)
    if found.funnel is None:
        return None
    return Figure(
        funnel_chart.funnel_figure(
            found.table, found.funnel, _kpi(scope), scope.area, theme
        )
    )


@st.cache_resource(max_entries=200, show_spinner=False)
def tiles(
    scope: Scope, period: Period, by: str, theme: str, is_large: bool = False
) -> Figure:
    """Return London's boroughs as equal tiles."""
    found = compared(scope.build_id, scope.kpi, period, by).table
    grid = builds.tile_grid(scope.build_id)
    return Figure(
        map_chart.tiles_figure(found, grid, _kpi(scope), scope.area, theme, is_large)
    )


@st.cache_resource(max_entries=200, show_spinner=False)
def boundaries(scope: Scope, period: Period, by: str, theme: str) -> Figure:
    """Return London's boroughs as a map."""
    found = compared(scope.build_id, scope.kpi, period, by).table
    grid = builds.tile_grid(scope.build_id)
    return Figure(
        map_chart.boundaries_figure(found, grid, _kpi(scope), scope.area, theme)
    )


@st.cache_data(max_entries=40, show_spinner="Judging each area on its own past ...")
def _histories_of_all(build_id: str, kpi_id: str, by: str) -> pd.DataFrame:
    """Return the judged series of every area in which an indicator is compared."""
    build = builds.build(build_id)
    kind = area_comparison.kind_of(build.kpis[kpi_id])
    codes = [code for code, own in build.places.kinds.items() if own == kind]
    return judged_series.of_areas(build, kpi_id, codes, by)


@st.cache_resource(max_entries=40, show_spinner=False)
def histories(build_id: str, kpi_id: str, period: Period, by: str) -> pd.DataFrame:
    """Return the judged series of the areas of a period, named and in their order."""
    return area_table.with_names(
        _histories_of_all(build_id, kpi_id, by),
        compared(build_id, kpi_id, period, by).table,
        by,
        builds.names(build_id),
    )


@st.cache_resource(max_entries=100, show_spinner=False)
def history_table(build_id: str, kpi_id: str, period: Period, by: str) -> pd.DataFrame:
    """Return the areas' histories in words."""
    kpi = builds.build(build_id).kpis[kpi_id]
    return area_table.history_in_words(histories(build_id, kpi_id, period, by), kpi)


@st.cache_resource(max_entries=100, show_spinner=False)
def squares(scope: Scope, period: Period, by: str, theme: str) -> Figure:
    """Return the areas' histories as rows of squares."""
    shown = histories(scope.build_id, scope.kpi, period, by)
    chosen = builds.names(scope.build_id)[scope.area]
    return Figure(history_chart.history_figure(shown, _kpi(scope), chosen, theme))


@st.cache_resource(max_entries=100, show_spinner=False)
def panels(scope: Scope, period: Period, by: str, theme: str) -> Figure:
    """Return the areas' histories as a panel for each."""
    shown = histories(scope.build_id, scope.kpi, period, by)
    chosen = builds.names(scope.build_id)[scope.area]
    force = series_of_force(scope, by)
    return Figure(
        small_multiples.multiples_figure(shown, force, _kpi(scope), chosen, theme)
    )


def series_of_force(scope: Scope, by: str) -> pd.DataFrame:
    """Return the force's series of the scope's indicator, by that kind of period."""
    force = area_series.of_area(scope.build_id, settings.FORCE, by)
    return force[force["kpi"].eq(scope.kpi) & force["by"].eq(by)]


def _kpi(scope: Scope) -> Kpi:
    return builds.build(scope.build_id).kpis[scope.kpi]
