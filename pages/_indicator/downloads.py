"""What an indicator's page gives to take away: its rows, its series, all of it."""

import pandas as pd
import streamlit as st

from kpis import formatting
from kpis.analysis import area_comparison
from kpis.definitions import Kpi
from kpis.output import Chart, series_table, spreadsheets
from kpis.results import queries
from pages import _cached
from pages._frame import widgets
from pages._frame.filters import Scope
from pages._indicator import definition_panel

SHOWN = ["value", "mean", "lower_limit", "upper_limit"]


def show(series: pd.DataFrame, cell: pd.Series, scope: Scope, kpi: Kpi) -> None:
    """Offer the rows behind `cell` and its series; a file is made when clicked."""
    name = f"{scope.kpi}_{scope.area}"
    with st.container(horizontal=True):
        widgets.download(
            "All rows of this figure (CSV)",
            lambda: spreadsheets.csv(rows(cell, scope)),
            f"{name}_{cell['period_start']:%Y-%m-%d}_rows.csv",
        )
        widgets.download(
            "This series (CSV)",
            lambda: spreadsheets.csv(series_table.in_numbers(series)),
            f"{name}_by_{cell['by']}.csv",
        )
        widgets.download(
            "Series, areas, definition (Excel)",
            lambda: workbook(series, cell, scope, kpi),
            f"{name}_by_{cell['by']}.xlsx",
        )


def rows(cell: pd.Series, scope: Scope) -> pd.DataFrame:
    """Return every row behind a figure."""
    build = _cached.build(scope.build_id)
    ends = cell["period_start"].date(), cell["period_end"].date()
    return queries.rows(build, scope.kpi, scope.area, *ends)


def workbook(series: pd.DataFrame, cell: pd.Series, scope: Scope, kpi: Kpi) -> bytes:
    """Return the series with its chart, the areas, the definition, and the exports."""
    sheets = {"Series": series_table.in_numbers(series)}
    if area_comparison.kind_of(kpi):
        ends = cell["period_start"], cell["period_end"]
        found = _cached.compared(scope.build_id, kpi.id, *ends, cell["by"])
        sheets["Areas"] = found
    sheets["Definition"] = definition(scope, kpi)
    sheets["Exports"] = exports(scope, kpi)
    area = _cached.area_names(scope.build_id)[scope.area]
    unit = formatting.left_out(kpi.measure.unit)
    title = ", ".join(filter(None, [kpi.wording.title, area, unit]))
    return spreadsheets.workbook(sheets, Chart(title, "period_start", tuple(SHOWN)))


def definition(scope: Scope, kpi: Kpi) -> pd.DataFrame:
    """Return what there is to say of an indicator, and of which build it is."""
    build = _cached.build(scope.build_id)
    facts = {
        "Indicator": kpi.wording.title,
        "Question": kpi.wording.question,
        **definition_panel.facts(kpi, scope.build_id),
        "Build": build.id,
        "Data as at": formatting.period(pd.Timestamp(build.as_at), "day"),
        "Data": "Synthetic: invented, no real force" if build.is_demo else "Imported",
    }
    return pd.DataFrame(list(facts.items()), columns=["What", "Which"])


def exports(scope: Scope, kpi: Kpi) -> pd.DataFrame:
    """Return the exports that the indicator is measured from."""
    build = _cached.build(scope.build_id)
    needs = set(kpi.population.needs).union(
        *(build.kpis[part].population.needs for part in kpi.population.made_of)
    )
    columns = [
        "source",
        "file",
        "covers_from",
        "covers_to",
        "extracted_at",
        "import_id",
    ]
    used = [one for one in build.imports if one["source"] in needs]
    return pd.DataFrame(used, columns=columns)
