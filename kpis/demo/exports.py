"""Writes the demo force's exports: one file for each source and financial year."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from kpis import settings
from kpis.demo import calls, columns, incidents, parameters
from kpis.demo.chance import generator
from kpis.demo.demand import Force, Month, demand, force, instant
from kpis.demo.queues import Duty

_FORMAT = csv.WriteOptions(quoting_style="none", quoting_header="none")
_CONFIDENCE = "cust_public_confidence"


def write(
    directory: Path, *, scale: float = 0.1, years: int = 2, seed: int = 2004
) -> list[Path]:
    """Write the exports of so many financial years to March 2004; returns the files.

    At scale 1 a year has 2.5 million calls and 1.4 million incidents. The columns are
    those of the contracts. The same scale, years and seed give the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    of = force(seed)
    last = parameters.LAST_FINANCIAL_YEAR
    financial_years = range(last - years + 1, last + 1)
    paths = [
        path
        for year in financial_years
        for path in _write_year(directory, year, of, scale)
    ]
    first_on, end_on = date(financial_years[0], 4, 1), date(last + 1, 3, 31)
    published = directory / _file_name("published_figures", first_on, end_on)
    csv.write_csv(_published(first_on, end_on, of), published, _FORMAT)
    return [*paths, published]


def _file_name(source: str, first_on: date, end_on: date) -> str:
    extracted_on = end_on + timedelta(days=1)
    made = f"{extracted_on}T{parameters.EXTRACTION_HOUR:02}00"
    return f"{source}_{first_on}_to_{end_on}_extracted_{made}.csv"


def _write_year(directory: Path, year: int, of: Force, scale: float) -> list[Path]:
    first_on, end_on = date(year, 4, 1), date(year + 1, 3, 31)
    paths = [
        directory / _file_name(source, first_on, end_on)
        for source in ("calls", "incidents")
    ]
    months = _months(year, of, scale)
    first = next(months)
    with ExitStack() as open_files:
        writers = [
            open_files.enter_context(
                csv.CSVWriter(path, table.schema, write_options=_FORMAT)
            )
            for path, table in zip(paths, first, strict=True)
        ]
        for tables in chain([first], months):
            for writer, table in zip(writers, tables, strict=True):
                writer.write_table(table)
    return paths


def _months(year: int, of: Force, scale: float) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Calls and incidents of each month of a financial year."""
    extracted_at = instant(year + 1, 4, 1, parameters.EXTRACTION_HOUR)
    # The hashes of callers change every year, so nobody is known in April.
    remembered = calls.no_recent()
    for number in range(Month(year, 4).number, Month(year + 1, 4).number):
        month = Month(number // 12, number % 12 + 1)
        rng = generator(of.seed, "calls", number)
        lines = range(len(parameters.LINE_TYPES))
        demands = tuple(demand(rng, month, line, of) for line in lines)
        taken, logs = calls.take(rng, Duty(month, of, demands), scale, remembered)
        rng = generator(of.seed, "incidents", number)
        logs = incidents.with_police(rng, logs, month, of, scale)
        numbers = incidents.numbers(logs["created_at"])
        done = incidents.work(rng, logs, numbers, month, of)
        is_new = taken["log"] != columns.NONE
        taken["incident"] = np.where(is_new, numbers[taken["log"]], taken["incident"])
        remembered = calls.recent(taken, month)
        yield (
            calls.table(taken, month, of),
            incidents.table(incidents.as_known(done, extracted_at), of),
        )


def _published(first_on: date, end_on: date, of: Force) -> pa.Table:
    """Public confidence by quarter, for the force and for each borough."""
    quarters = (end_on.year - first_on.year) * 4
    rng = generator(of.seed, "figures")
    weights = of.residents / of.residents.sum()
    levels = rng.normal(0, parameters.CONFIDENCE_BOROUGH_SPREAD, len(of.codes))
    levels += parameters.CONFIDENCE_LEVEL - weights @ levels
    shape = (quarters, len(of.codes))
    values = levels + rng.normal(0, parameters.CONFIDENCE_QUARTER_SPREAD, shape)
    values = np.column_stack([values @ weights, values])
    areas = np.array([settings.FORCE, *of.codes], object)
    starts = np.datetime64(first_on, "M") + 3 * np.arange(quarters)
    ends = (starts + 3).astype("datetime64[D]") - 1
    quarter, area = (i.ravel() for i in np.indices(values.shape))
    starts_on = starts.astype("datetime64[D]").astype(str).astype(object)
    size = values.size
    figure_ids = [
        f"{_CONFIDENCE}-{areas[a]}-{starts_on[q]}"
        for q, a in zip(quarter, area, strict=True)
    ]
    return pa.table(
        {
            "figure_id": figure_ids,
            "kpi_id": [_CONFIDENCE] * size,
            "area_code": columns.words(areas[area]),
            "period_start_on": columns.words(starts_on[quarter]),
            "period_end_on": columns.words(ends.astype(str).astype(object)[quarter]),
            "value": [f"{value:.2f}" for value in values.ravel()],
            "n": columns.nothing(size),
            "source": ["Synthetic demo survey"] * size,
        }
    )
