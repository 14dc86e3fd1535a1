"""Writes the demo force's exports and the reference tables that go with them.

Calls, incidents and visits are one file a financial year, all else is one file.
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
from kpis.demo.demand import Force, Month, demand, instant, make_force
from kpis.demo.facilities import Facilities
from kpis.demo.queues import Duty

_FORMAT = csv.WriteOptions(quoting_style="none", quoting_header="none")
_YEARLY = ("calls", "incidents", "front_counter_visits")


@dataclass(frozen=True)
class Demo:
    """What all files of one demo have in common."""

    force: Force
    places: Facilities
    counters: visits.Counters
    scale: float
    defects: bool

    def finished(self, source: str, table: pa.Table) -> pa.Table:
        """Return a table as it is written: with faults, if the demo has them."""
        return defects.spoil(source, table) if self.defects else table


def write(
    directory: Path,
    *,
    scale: float = 0.1,
    years: int = 4,
    seed: int = 2004,
    defects: bool = False,
) -> list[Path]:
    """Write the exports of so many financial years; return the files.

    They end in March 2004, or begin in April 2000 if there are more than four. At
    scale 1 a year has 2.5 million calls, 1.4 million incidents and 0.9 million
    visits. The columns are those of the contracts. The same arguments give the same
    bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    demo = _demo(seed, scale, defects)
    financial_years = parameters.financial_years(years)
    paths = []
    for year in financial_years:
        paths += _write_year(directory, year, demo)
    paths += _write_small(directory, financial_years, demo)
    return [*paths, *_copies(paths, demo)]


def write_reference(data_dir: Path, seed: int = 2004, *, defects: bool = False) -> None:
    """Write the demo's own reference tables into `reference/` of its data directory.

    Its facilities with their hours and stops, the standard of their waits, and the
    call centre of each borough.
    """
    force = make_force(seed, defects=defects)
    places = facilities.make_facilities(force)
    tables = {
        "facility": facilities.facility_table(force, places),
        "facility_opening_hours": facilities.opening_table(places),
        "mobile_schedule": facilities.mobile_table(force),
        "standards": facilities.standards_table(),
        "bocu_call_site": centres.table(defects=defects),
    }
    target = data_dir / "reference"
    target.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(target / f"{name}.csv", index=False)


def _demo(seed: int, scale: float, has_defects: bool) -> Demo:
    force = make_force(seed, defects=has_defects)
    places = facilities.make_facilities(force)
    counters = visits.make_counters(generator(seed, "visits"), places)
    return Demo(force, places, counters, scale, has_defects)


def _file_name(source: str, first_on: date, end_on: date) -> str:
    extracted_on = end_on + timedelta(days=1)
    extracted = f"{extracted_on}T{parameters.EXTRACTION_HOUR:02}00"
    return f"{source}_{first_on}_to_{end_on}_extracted_{extracted}.csv"


def _write_year(directory: Path, year: int, demo: Demo) -> list[Path]:
    first_on, end_on = date(year, 4, 1), date(year + 1, 3, 31)
    paths = [directory / _file_name(source, first_on, end_on) for source in _YEARLY]
    months = _months(year, demo)
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


def _months(year: int, demo: Demo) -> Iterator[list[pa.Table]]:
    """Yield the calls, incidents and visits of each month of a financial year."""
    force, scale = demo.force, demo.scale
    extracted_at = instant(year + 1, 4, 1, parameters.EXTRACTION_HOUR)
    # callers' hashes change every year, so no one is known in April
    remembered = calls.no_recent()
    for month in months_of([year]):
        rng = generator(force.seed, "calls", month.number)
        lines = range(len(parameters.LINE_TYPES))
        demands = tuple(demand(rng, month, line, force) for line in lines)
        taken, logs = calls.take(rng, Duty(month, force, demands), scale, remembered)
        rng = generator(force.seed, "incidents", month.number)
        logs = incidents.with_police(rng, logs, month, force, scale)
        numbers = incidents.numbers(logs["created_at"])
        done = incidents.work(rng, logs, numbers, month, force)
        is_new = taken["log"] != columns.NONE
        taken["incident"] = np.where(is_new, numbers[taken["log"]], taken["incident"])
        remembered = calls.recent(taken, month)
        rng = generator(force.seed, "visits", month.number)
        came = visits.receive(rng, demo.counters, month, scale, done)
        tables = (
            calls.table(taken, month, force),
            incidents.table(incidents.as_known(done, extracted_at), force),
            visits.table(came, month, demo.counters),
        )
        yield [demo.finished(*pair) for pair in zip(_YEARLY, tables, strict=True)]


def months_of(financial_years: list[int] | range) -> list[Month]:
    """Return the months of consecutive financial years."""
    first = Month(financial_years[0], 4).number
    numbers = range(first, first + 12 * len(financial_years))
    return [Month(number // 12, number % 12 + 1) for number in numbers]


def _write_small(directory: Path, years: range, demo: Demo) -> list[Path]:
    """Write the sources that come as one file; return the files."""
    force, places, months = demo.force, demo.places, months_of(years)
    views = confidence.make_confidence(force, 4 * len(years))
    posts = workforce.make_posts(force, places, months)
    tables = {
        "published_figures": confidence.table(force, years, views),
        "survey_responses": surveys.table(force, places, years, views),
        "workforce_monthly": workforce.table(force, posts),
        "finance_monthly": finance.table(force, places, posts, demo.scale),
        "patrol_monthly": returns.patrol(force, posts),
        "facility_hours_monthly": returns.facility_hours(force, places, months),
        "contacts_other_monthly": returns.contacts(force, months, demo.scale),
        "activity_annual": returns.activity(force, posts),
    }
    paths = []
    for source, table in tables.items():
        # the analysis of activity began later than the demo may
        first = max(years[0], returns.FIRST_ACTIVITY_YEAR)
        first = first if source == "activity_annual" else years[0]
        first_on, end_on = date(first, 4, 1), date(years[-1] + 1, 3, 31)
        paths.append(directory / _file_name(source, first_on, end_on))
        csv.write_csv(demo.finished(source, table), paths[-1], _FORMAT)
    return paths


def _copies(paths: list[Path], demo: Demo) -> list[Path]:
    """Write the files that were sent twice, under another name; return them."""
    if not demo.defects:
        return []
    return defects.sent_twice(paths)
