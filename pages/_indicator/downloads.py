"""What an indicator's page offers to download: rows, series, a workbook of all."""

import pandas as pd
import streamlit as st

from kpis.analysis import area_comparison, headline
from kpis.definitions import Kpi
from kpis.output import indicator_workbook, series_table, spreadsheets
from kpis.results import queries
from pages._cached import area_series, builds, compared_areas
from pages._frame import elements
from pages._scope import Scope


def offer_downloads(
    series: pd.DataFrame,
    cell: pd.Series,
    scope: Scope,
    kpi: Kpi,
    has_rows: bool = True,
) -> None:
    """Offer the rows behind `cell` and its series; a file is made when clicked."""
    name = f"{scope.kpi}_{scope.area}"
    start = f"{cell['period_start']:%Y-%m-%d}"
    with st.container(horizontal=True):
        if has_rows:
            elements.download_rows(
                "All rows of this figure",
                lambda: rows_of(cell, scope),
                f"{scope.kpi}_{cell['area']}_{start}_rows",
            )
        elements.download(
            "This series (CSV)",
            lambda: spreadsheets.csv(_series(series, scope)),
            f"{name}_by_{cell['by']}.csv",
        )
        elements.download(
            "Series, areas, definition (Excel)",
            lambda: _workbook(series, cell, scope, kpi),
            f"{name}_by_{cell['by']}.xlsx",
        )


def rows_of(cell: pd.Series, scope: Scope) -> pd.DataFrame:
    """Return every row behind a figure, which may be that of a site."""
    build = builds.build(scope.build_id)
    return queries.rows(build, scope.kpi, cell["area"], *headline.ends(cell))


def _series(series: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    return series_table.in_numbers(series, builds.names(scope.build_id))


def _workbook(series: pd.DataFrame, cell: pd.Series, scope: Scope, kpi: Kpi) -> bytes:
    areas = None
    if area_comparison.kind_of(kpi):
        period = headline.ends(cell)
        areas = compared_areas.compared(
            scope.build_id, kpi.id, period, cell["by"]
        ).table
    site = area_series.site(scope, headline.latest(series))
    area = builds.names(scope.build_id)[scope.area]
    area = ", ".join(filter(None, [area, site]))
    build = builds.build(scope.build_id)
    workbook = indicator_workbook.of_series(build, kpi, series, areas, area)
    return indicator_workbook.xlsx(workbook)
