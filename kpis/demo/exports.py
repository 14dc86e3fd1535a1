"""Writes the demo force's exports and the reference tables that go with them.

Calls, incidents and visits come as one file a financial year, all else as one file.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from kpis.demo import (
    calls,
    centres,
    columns,
    confidence,
    defects,
    facilities,
    finance,
    incidents,
    parameters,
    returns,
    surveys,
    visits,
    workforce,
)
from kpis.demo.chance import generator
from kpis.demo.demand import Force, Month, demand, force, instant
from kpis.demo.facilities import Facilities
from kpis.demo.queues import Duty

_FORMAT = csv.WriteOptions(quoting_style="none", quoting_header="none")
_YEARLY = ("calls", "incidents", "front_counter_visits")


@dataclass(frozen=True)
class Demo:
    """What all files of one demo have in common."""

    of: Force
    places: Facilities
    counters: visits.Counters
    scale: float
    defects: bool

    def finished(self, source: str, table: pa.Table) -> pa.Table:
        """A table as it is written: spoilt, where the demo has defects."""
        return defects.spoil(source, table) if self.defects else table


def write(
    directory: Path,
    *,
    scale: float = 0.1,
    years: int = 4,
    seed: int = 2004,
    defects: bool = False,
) -> list[Path]:
    """Write the exports of so many financial years; returns the files.

    They end in March 2004, or begin in April 2000 if there are more than four. At scale
    1 a year has 2.5 million calls, 1.4 million incidents and 0.9 million visits. The
    columns are those of the contracts. The same arguments give the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    made = _demo(seed, scale, defects)
    financial_years = parameters.financial_years(years)
    paths = []
    for year in financial_years:
        paths += _write_year(directory, year, made)
    paths += _write_small(directory, financial_years, made)
    return [*paths, *_copies(paths, made)]


def write_reference(data_dir: Path, seed: int = 2004, *, defects: bool = False) -> None:
    """Write the demo's own reference tables into `reference/` of its data directory.

    Its facilities with their hours and stops, the standard of their waits, and the call
    centre of each borough.
    """
    of = force(seed, defects=defects)
    places = facilities.facilities(of)
    tables = {
        "facility": facilities.facility_table(of, places),
        "facility_opening_hours": facilities.opening_table(places),
        "mobile_schedule": facilities.mobile_table(of),
        "standards": facilities.standards_table(),
        "bocu_call_site": centres.table(defects=defects),
    }
    target = data_dir / "reference"
    target.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(target / f"{name}.csv", index=False)


def _demo(seed: int, scale: float, has_defects: bool) -> Demo:
    of = force(seed, defects=has_defects)
    places = facilities.facilities(of)
    counters = visits.counters(generator(seed, "visits"), places)
    return Demo(of, places, counters, scale, has_defects)


def _file_name(source: str, first_on: date, end_on: date) -> str:
    extracted_on = end_on + timedelta(days=1)
    made = f"{extracted_on}T{parameters.EXTRACTION_HOUR:02}00"
    return f"{source}_{first_on}_to_{end_on}_extracted_{made}.csv"


def _write_year(directory: Path, year: int, made: Demo) -> list[Path]:
    first_on, end_on = date(year, 4, 1), date(year + 1, 3, 31)
    paths = [directory / _file_name(source, first_on, end_on) for source in _YEARLY]
    months = _months(year, made)
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


def _months(year: int, made: Demo) -> Iterator[list[pa.Table]]:
    """Calls, incidents and visits of each month of a financial year."""
    of, scale = made.of, made.scale
    extracted_at = instant(year + 1, 4, 1, parameters.EXTRACTION_HOUR)
    # The hashes of callers change every year, so nobody is known in April.
    remembered = calls.no_recent()
    for month in months_of([year]):
        rng = generator(of.seed, "calls", month.number)
        lines = range(len(parameters.LINE_TYPES))
        demands = tuple(demand(rng, month, line, of) for line in lines)
        taken, logs = calls.take(rng, Duty(month, of, demands), scale, remembered)
        rng = generator(of.seed, "incidents", month.number)
        logs = incidents.with_police(rng, logs, month, of, scale)
        numbers = incidents.numbers(logs["created_at"])
        done = incidents.work(rng, logs, numbers, month, of)
        is_new = taken["log"] != columns.NONE
        taken["incident"] = np.where(is_new, numbers[taken["log"]], taken["incident"])
        remembered = calls.recent(taken, month)
        rng = generator(of.seed, "visits", month.number)
        came = visits.receive(rng, made.counters, month, scale, done)
        tables = (
            calls.table(taken, month, of),
            incidents.table(incidents.as_known(done, extracted_at), of),
            visits.table(came, month, made.counters),
        )
        yield [made.finished(*pair) for pair in zip(_YEARLY, tables, strict=True)]


def months_of(financial_years: list[int] | range) -> list[Month]:
    """The months of consecutive financial years."""
    first = Month(financial_years[0], 4).number
    numbers = range(first, first + 12 * len(financial_years))
    return [Month(number // 12, number % 12 + 1) for number in numbers]


def _write_small(directory: Path, years: range, made: Demo) -> list[Path]:
    """The sources that come as one file."""
    of, places, months = made.of, made.places, months_of(years)
    views = confidence.confidence(of, 4 * len(years))
    own = workforce.posts(of, places, months)
    tables = {
        "published_figures": confidence.table(of, years, views),
        "survey_responses": surveys.table(of, places, years, views),
        "workforce_monthly": workforce.table(of, own),
        "finance_monthly": finance.table(of, places, own, made.scale),
        "patrol_monthly": returns.patrol(of, own),
        "facility_hours_monthly": returns.facility_hours(of, places, months),
        "contacts_other_monthly": returns.contacts(of, months, made.scale),
        "activity_annual": returns.activity(of, own),
    }
    paths = []
    for source, table in tables.items():
        # The analysis of activity began later than the demo may.
        first = max(years[0], returns.FIRST_ACTIVITY_YEAR)
        first = first if source == "activity_annual" else years[0]
        first_on, end_on = date(first, 4, 1), date(years[-1] + 1, 3, 31)
        paths.append(directory / _file_name(source, first_on, end_on))
        csv.write_csv(made.finished(source, table), paths[-1], _FORMAT)
    return paths


def _copies(paths: list[Path], made: Demo) -> list[Path]:
    """The files that somebody sent twice, under another name."""
    if not made.defects:
        return []
    return defects.sent_twice(paths)
