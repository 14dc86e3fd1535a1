"""An indicator of one area as an Excel file: series, areas, definition, exports."""

from dataclasses import dataclass

import pandas as pd

from kpis import formatting
from kpis.definitions import Kpi
from kpis.output import definition, series_table, spreadsheets
from kpis.output.spreadsheets import Chart
from kpis.results import Build

# columns of the series that the workbook's chart shows
LINES = ("value", "mean", "lower_limit", "upper_limit")
EXPORT_COLUMNS = [
    "source", "file", "covers_from", "covers_to", "extracted_at", "import_id",
]  # fmt: skip


@dataclass(frozen=True)
class IndicatorWorkbook:
    """What the file holds, a table for each sheet.

    `areas` is None for an indicator that is not compared by area.
    """

    title: str
    series: pd.DataFrame
    areas: pd.DataFrame | None
    definition: pd.DataFrame
    exports: pd.DataFrame


def of_series(
    build: Build,
    kpi: Kpi,
    series: pd.DataFrame,
    areas: pd.DataFrame | None,
    area_name: str,
) -> IndicatorWorkbook:
    """Return the workbook of a judged series of the area of that name.

    `area_name` also says whose figure is shown where that is a site's.
    """
    unit = formatting.left_out(kpi.measure.unit)
    return IndicatorWorkbook(
        title=", ".join(filter(None, [kpi.wording.title, area_name, unit])),
        series=series_table.in_numbers(series, build.names),
        areas=areas,
        definition=_definition(build, kpi),
        exports=_exports(build, kpi),
    )


def xlsx(workbook: IndicatorWorkbook) -> bytes:
    """Return the workbook as an Excel file, with a chart of the series."""
    sheets = {"Series": workbook.series}
    if workbook.areas is not None:
        sheets["Areas"] = workbook.areas
    sheets |= {"Definition": workbook.definition, "Exports": workbook.exports}
    return spreadsheets.workbook(sheets, Chart(workbook.title, "period_start", LINES))


def _definition(build: Build, kpi: Kpi) -> pd.DataFrame:
    """Return what there is to say of an indicator, and of which build it is."""
    facts = {
        "Indicator": kpi.wording.title,
        "Question": kpi.wording.question,
        **definition.facts(build, kpi),
        "Build": build.id,
        "Data as at": formatting.period(build.as_at, "day"),
        "Data": "Synthetic: invented, no real force" if build.is_demo else "Imported",
    }
    return pd.DataFrame(list(facts.items()), columns=["What", "Which"])


def _exports(build: Build, kpi: Kpi) -> pd.DataFrame:
    """Return the exports that the indicator is measured from."""
    needs = set(kpi.population.needs).union(
        *(build.kpis[part].population.needs for part in kpi.population.made_of)
    )
    used = [import_ for import_ in build.imports if import_.source in needs]
    return pd.DataFrame(used, columns=EXPORT_COLUMNS)
