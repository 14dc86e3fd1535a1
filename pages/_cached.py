"""Everything that is kept between reruns, and the only file that does so.

What depends on figures takes the build's id, in a `Scope` or by itself: a new build
has a new id, so nothing old is ever shown and nothing needs to be cleared.
"""

import atexit
import gc
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import pandas as pd
import streamlit as st
from plotly import graph_objects

from kpis import settings
from kpis.analysis import (
    Waits,
    area_comparison,
    breakdown,
    grouped_rows,
    members,
    source_rows,
)
from kpis.analysis import judged_series as board_of
from kpis.analysis import waits as waits_of
from kpis.charts import spc_chart
from kpis.context import Break, Comparator, Event, Target, events, lookup
from kpis.context import breaks as breaks_of
from kpis.context import targets as targets_of
from kpis.definitions import contracts
from kpis.ingest import refused_rows
from kpis.output import Scoreboard, scoreboard
from kpis.periods import Period
from kpis.results import Build, opened_build, queries
from pages._components import coverage_grid
from pages._components import findings as finding_table
from pages._frame import filters
from pages._frame.filters import Scope

ROWS_SHOWN = 200
Kept = TypeVar("Kept")


@st.cache_resource(show_spinner=False)
def freeze_libraries() -> None:
    """Take what is loaded by now out of garbage collection, once for a process.

    Python walks through all that is not frozen whenever it looks for waste; pandas and
    Plotly are a hundred milliseconds of that, and never waste.
    """
    gc.collect()
    gc.freeze()
    # DuckDB lists what is still frozen when the server ends
    atexit.register(gc.unfreeze)


# Two, because somebody may still be reading the old build when a new one is opened.
@st.cache_resource(
    max_entries=2, on_release=lambda build: build.close(), show_spinner=False
)
def build(build_id: str) -> Build:
    """Return the build, open for reading; all sessions share it."""
    return opened_build.open_build(settings.data_dir(), build_id)


@st.cache_data(max_entries=4, show_spinner=False)
def areas(build_id: str) -> pd.DataFrame:
    """Return code, name and kind of every area."""
    return queries.areas(build(build_id))


@st.cache_resource(max_entries=4, show_spinner=False)
def area_names(build_id: str) -> Mapping[str, str]:
    """Return the names of all areas by code."""
    return MappingProxyType(filters.area_names(areas(build_id)))


@st.cache_resource(max_entries=4, show_spinner=False)
def offered_areas(build_id: str) -> Mapping[str, str]:
    """Return the names of the areas to choose from by code, the force first."""
    return MappingProxyType(filters.offered_areas(areas(build_id)))


@st.cache_resource(max_entries=2000, show_spinner=False)
def kept(what: str, scope: Scope, of: tuple, _make: Callable[[], Kept]) -> Kept:
    """Return what `_make` makes of a scope, and of whatever else is in `of`.

    All sessions share it: it is shown, and never changed. A page that is drawn again
    should not word again what has not changed.
    """
    return _make()


def drawn(
    chart: str, scope: Scope, of: tuple, draw: Callable[[], dict]
) -> graph_objects.Figure:
    """Return a chart, checked once: Streamlit would check a dict at every run."""
    return kept(chart, scope, of, lambda: graph_objects.Figure(draw()))


@st.cache_data(max_entries=4, show_spinner=False)
def missing(build_id: str) -> pd.DataFrame:
    """Return what was expected and has not arrived."""
    return queries.missing(build(build_id))


@st.cache_data(max_entries=4, show_spinner=False)
def findings(build_id: str) -> pd.DataFrame:
    """Return what only shows when rows are set beside other rows."""
    return queries.findings(build(build_id))


@st.cache_data(max_entries=4, show_spinner=False)
def arrivals(build_id: str) -> pd.DataFrame:
    """Return how many days of each source, area and month have arrived."""
    return queries.arrivals(build(build_id))


@st.cache_data(max_entries=8, show_spinner=False)
def coverage(build_id: str, theme: str) -> dict:
    """Return the contents of the grid of what has arrived."""
    return coverage_grid.contents(
        arrivals(build_id),
        area_names(build_id),
        contracts.load_all(),
        build(build_id).kpis.values(),
        theme,
    )


@st.cache_data(max_entries=8, show_spinner=False)
def what_was_found(build_id: str, theme: str) -> dict:
    """Return the contents of the table of findings."""
    return finding_table.contents(
        findings(build_id),
        areas(build_id),
        area_names(build_id),
        contracts.load_all(),
        theme,
    )


@st.cache_data(max_entries=20, show_spinner=False)
def faults(data_dir: Path, import_id: str, fate: str) -> pd.DataFrame:
    """Return how many rows of an import met each fault; its files never change."""
    return refused_rows.counts(data_dir, import_id, fate)


@st.cache_data(max_entries=4, show_spinner=False)
def standards(build_id: str) -> pd.DataFrame:
    """Return the standards that the build used."""
    return queries.standards(build(build_id))


@st.cache_resource(max_entries=4, show_spinner=False)
def targets(build_id: str) -> list[Target]:
    """Return the targets that the build used."""
    return lookup.targets(build(build_id))


# a frame that is shared is read and never changed, which saves a copy at each use
@st.cache_resource(max_entries=200, show_spinner=False)
def judged(build_id: str, area: str, by: str) -> pd.DataFrame:
    """Return the judged series of an area.

    Every page takes its series from here, so a figure and its verdict are the same
    wherever they are shown.
    """
    return board_of.judged(build(build_id), area, by)


@st.cache_resource(max_entries=400, show_spinner=False)
def series(scope: Scope) -> pd.DataFrame:
    """Return the judged series of the scope's indicator, a row for each period.

    Its column `by` is the scope's, or longer where the indicator has no shorter one.
    """
    found = judged(scope.build_id, scope.area, scope.by)
    return found[found["kpi"] == scope.kpi].reset_index(drop=True)


@st.cache_resource(max_entries=200, show_spinner=False)
def breaks(scope: Scope) -> list[Break]:
    """Return the breaks of the scope's series, and of a site that stands for it."""
    opened = build(scope.build_id)
    areas = {scope.area, *series(scope)["area"]}
    found = {one for area in areas for one in lookup.breaks(opened, scope.kpi, area)}
    return sorted(found, key=lambda one: (one.day, one.reason))


def events_of(scope: Scope) -> list[Event]:
    """Return the events that may explain a point of the scope's series."""
    by = series(scope)["by"].iloc[0]
    return events.of_area(build(scope.build_id), scope.area, by)


@st.cache_data(max_entries=200, show_spinner=False)
def revisions(scope: Scope) -> pd.DataFrame:
    """Return what builds before said of the scope's series, the newest first.

    Its column `area` is the scope's, or a site that stands for it.
    """
    opened = build(scope.build_id)
    areas = sorted({scope.area, *series(scope)["area"]})
    found = [
        lookup.revisions(opened, scope.kpi, area).assign(area=area) for area in areas
    ]
    return pd.concat(found).sort_values("was_as_at", ascending=False, kind="stable")


@st.cache_resource(max_entries=200, show_spinner=False)
def comparators(build_id: str, kpi_id: str) -> list[Comparator]:
    """Return the published figures to set beside an indicator's."""
    return lookup.comparators(build(build_id), kpi_id)


@st.cache_resource(max_entries=200, show_spinner=False)
def targets_of_series(scope: Scope) -> list[Target]:
    """Return the target in force in each period of the scope's series."""
    return [
        targets_of.in_force(
            targets(scope.build_id), row.kpi, row.area, row.period_start.date()
        )
        for row in series(scope).itertuples()
    ]


@st.cache_resource(max_entries=400, show_spinner=False)
def area_scoreboard(build_id: str, area: str, by: str) -> Scoreboard:
    """Return the scoreboard of an area."""
    others = None
    if area != settings.FORCE:
        force = judged(build_id, settings.FORCE, by)
        groups = groups_of_all(build_id, by)
        others = scoreboard.figures_to_compare(force, groups, area, settings.FORCE)
    return scoreboard.of_series(
        judged(build_id, area, by),
        build(build_id).kpis,
        targets(build_id),
        area_names(build_id),
        by,
        others,
    )


@st.cache_data(max_entries=20, show_spinner=False)
def groups_of_all(build_id: str, by: str) -> pd.DataFrame:
    """Return the figures of groups of boroughs in the force's latest periods."""
    force = judged(build_id, settings.FORCE, by)
    return area_comparison.groups_of_all(build(build_id), force[force["is_latest"]])


def spc_figure(scope: Scope, theme: str) -> dict:
    """Return the SPC chart of the scope's indicator."""
    shown, kpi = series(scope), build(scope.build_id).kpis[scope.kpi]
    by, starts = shown["by"].iloc[0], list(shown["period_start"].dt.date)
    marks = breaks_of.marks(breaks(scope), starts, by)
    marks += events.marks(events_of(scope), starts, by)
    return spc_chart.spc(shown, kpi, by, theme, marks, targets_of_series(scope))


@st.cache_data(max_entries=200, show_spinner=False)
def compared(
    build_id: str, kpi: str, start: pd.Timestamp, end: pd.Timestamp, by: str
) -> pd.DataFrame:
    """Return the areas of an indicator beside each other in a period.

    Not of a scope: whichever of them is chosen, they are the same.
    """
    found = area_comparison.areas(build(build_id), kpi, (start.date(), end.date()), by)
    names = area_names(build_id)
    named = found.assign(name=found["area"].map(names))
    named.attrs = found.attrs
    return named


@st.cache_data(max_entries=200, show_spinner=False)
def peers(
    build_id: str, kpi: str, start: pd.Timestamp, end: pd.Timestamp, by: str
) -> pd.DataFrame:
    """Return the figures of groups of boroughs in a period."""
    opened = build(build_id)
    found = compared(build_id, kpi, start, end, by)
    return area_comparison.groups(opened, found, opened.kpis[kpi])


@st.cache_data(max_entries=40, show_spinner="Each area is judged on its own past ...")
def over_time(build_id: str, kpi: str, by: str) -> pd.DataFrame:
    """Return the judged series of every area in which an indicator is compared."""
    opened = build(build_id)
    kind = area_comparison.kind_of(opened.kpis[kpi])
    codes = [code for code, one in opened.places.kinds.items() if one == kind]
    return board_of.of_areas(opened, kpi, codes, by)


@st.cache_data(max_entries=200, show_spinner=False)
def change(
    scope: Scope, area: str, before: Period, after: Period, by: str, dimension: str
) -> pd.DataFrame:
    """Return the parts of the change of the scope's indicator between two periods."""
    opened = build(scope.build_id)
    return breakdown.change(opened, scope.kpi, area, before, after, by, dimension)


@st.cache_data(max_entries=200, show_spinner=False)
def parts(scope: Scope, area: str, start: date, end: date, dimension: str):
    """Return the members of a dimension of the scope's indicator, in words."""
    opened = build(scope.build_id)
    found = breakdown.by_dimension(opened, scope.kpi, area, start, end, dimension)
    return members.named(found, dimension)


Chosen = tuple[tuple[str, tuple[str, ...]], ...]


@st.cache_data(max_entries=400, show_spinner=False)
def grouped(
    scope: Scope, area: str, period: Period, by: tuple[str, ...], chosen: Chosen = ()
) -> pd.DataFrame:
    """Return the figures of groups of the rows of the scope's indicator."""
    opened = build(scope.build_id)
    return grouped_rows.grouped(opened, scope.kpi, area, period, by, dict(chosen))


@st.cache_data(max_entries=400, show_spinner=False)
def of_source(
    scope: Scope, source: str, period: Period, by: tuple[str, ...], chosen: Chosen
) -> pd.DataFrame:
    """Return how many rows of a source are in each group."""
    asked = source, scope.area, period, by, dict(chosen)
    return source_rows.grouped(build(scope.build_id), *asked)


@st.cache_data(max_entries=200, show_spinner=False)
def drilled(scope: Scope, area: str, period: Period, chosen: Chosen) -> pd.DataFrame:
    """Return the first rows that are counted with some members chosen."""
    opened = build(scope.build_id)
    return grouped_rows.rows(opened, scope.kpi, area, period, dict(chosen), ROWS_SHOWN)


@st.cache_data(max_entries=200, show_spinner=False)
def hours_of_week(scope: Scope, area: str, start: date, end: date) -> pd.DataFrame:
    """Return the figures of the hours of the week of the scope's indicator."""
    opened = build(scope.build_id)
    return breakdown.by_hour_of_week(opened, scope.kpi, area, start, end)


@st.cache_resource(max_entries=100, show_spinner=False)
def waits(scope: Scope, area: str, period: Period) -> Waits:
    """Return the single waits behind a figure of the scope's indicator, counted."""
    return waits_of.of_cell(build(scope.build_id), scope.kpi, area, period)


@st.cache_data(max_entries=100, show_spinner=False)
def definitions(build_id: str, kpi_id: str) -> pd.DataFrame:
    """Return what builds up to this one said an indicator was."""
    return lookup.definitions(build(build_id), kpi_id)


@st.cache_data(max_entries=4, show_spinner=False)
def tile_grid(build_id: str) -> pd.DataFrame:
    """Return where each borough's tile lies."""
    return queries.tile_grid(build(build_id))


@st.cache_data(max_entries=20, show_spinner=False)
def rows(scope: Scope, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Return the first rows behind a cell."""
    opened = build(scope.build_id)
    return queries.rows(
        opened, scope.kpi, scope.area, start.date(), end.date(), ROWS_SHOWN
    )
