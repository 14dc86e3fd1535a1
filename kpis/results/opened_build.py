"""A finished build, open for reading: what it is made of, and the way to its cells."""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from kpis import settings, warehouse
from kpis.builds import marts, store
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.periods import Period
from kpis.results.coverage import Places
from kpis.results.states import Arrived
from kpis.warehouse import Warehouse


@dataclass(frozen=True)
class Build:
    """A finished build, open for reading."""

    id: str
    warehouse: Warehouse
    kpis: dict[str, Kpi]
    imports: list[dict]
    places: Places
    names: dict[str, str]
    faults: list[dict]
    standards: dict[str, list[Period]]
    serving: dict[str, list[tuple[str, str, date, date]]]
    months: dict[str, set[date]]
    is_demo: bool
    known: dict[str, Arrived] = field(default_factory=dict)
    told: dict[tuple, dict] = field(default_factory=dict)
    tables: dict[str, list[tuple]] = field(default_factory=dict)

    @property
    def as_at(self) -> date:
        """Return the day of the latest extraction; today where no import counts."""
        days = [one["extracted_at"] for one in self.imports]
        return max(days, default=date.today())

    def table(self, name: str) -> list[tuple]:
        """Return what a small statement of `sql/results/` finds, asked once."""
        if name not in self.tables:
            self.tables[name] = self.warehouse.tuples(warehouse.text(f"results/{name}"))
        return self.tables[name]

    def close(self) -> None:
        """Close the database."""
        self.warehouse.close()


def current_build_id(data_dir: Path | None = None) -> str | None:
    """Return the id of the build in use, or None before the first."""
    return store.current_id(data_dir or settings.data_dir())


def open_build(data_dir: Path | None = None, build_id: str | None = None) -> Build:
    """Open a build, the current one by default; UserError if there is none."""
    data_dir = data_dir or settings.data_dir()
    build_id = build_id or store.current_id(data_dir)
    if build_id is None:
        raise UserError(
            "There is no build yet. Import a file and build: "
            "python -m kpis import FILE --mapping NAME, then python -m kpis build. "
            "Or make the demo: python -m kpis demo."
        )
    place = store.directory(data_dir, build_id)
    views = {f"mart_{name}": marts.files(place, name) for name in marts.names(place)}
    house = warehouse.reader(place / "cube.duckdb", views)
    facts = dict(house.tuples(warehouse.text("results/facts")))
    names = {
        code: name for code, name, _ in house.tuples(warehouse.text("results/areas"))
    }
    faults = house.query(warehouse.text("results/faults")).to_dict("records")
    kpis = _kpis(house)
    return Build(
        build_id, house, kpis, _imports(house), _places(house), names,
        [_fault(one) for one in faults], _standards(house, kpis), _serving(house),
        _months(house), facts["is_demo"] == "true",
    )  # fmt: skip


def _places(house: Warehouse) -> Places:
    kinds, open_days = {}, {}
    for code, kind, opened, closed in house.tuples(warehouse.text("results/places")):
        kinds[code] = kind
        open_days[code] = (opened, closed)
    parts: dict[str, tuple] = {}
    for area, *part in house.tuples(warehouse.text("results/area_parts")):
        parts[area] = (*parts.get(area, ()), tuple(part))
    return Places(kinds, parts, open_days)


def _standards(house: Warehouse, kpis: dict[str, Kpi]) -> dict[str, list[Period]]:
    """Return when there was a standard, for each that an indicator names."""
    spans = {
        kpi.population.standard: [] for kpi in kpis.values() if kpi.population.standard
    }
    rows = house.tuples(warehouse.text("results/standard_spans"))
    for applies_to, first, last in rows:
        spans.setdefault(applies_to, []).append((first, last))
    return spans


def _serving(house: Warehouse) -> dict[str, list[tuple[str, str, date, date]]]:
    """Return by borough the line (or ""), site, first and last day of its service."""
    serving: dict[str, list] = {}
    for borough, *served in house.tuples(warehouse.text("results/serving_sites")):
        serving.setdefault(borough, []).append(tuple(served))
    return serving


def _months(house: Warehouse) -> dict[str, set[date]]:
    """Return by indicator the months in which anything was recorded for it."""
    months: dict[str, set[date]] = {}
    for kpi_id, month in house.tuples(warehouse.text("results/months_with_rows")):
        months.setdefault(kpi_id, set()).add(month)
    return months


def _fault(one: dict) -> dict:
    """Return a finding that makes figures unreliable, with days and columns."""
    days = {name: one[name].date() for name in ("first_on", "last_on")}
    return {**one, **days, "unusable": json.loads(one["unusable"])}


def _kpis(house: Warehouse) -> dict[str, Kpi]:
    """Return the indicators as they were when the build was made."""
    rows = house.tuples(warehouse.text("results/kpis"))
    kpis = {}
    for kpi_id, digest, header, sql in rows:
        kpis[kpi_id] = Kpi.of_header(kpi_id, json.loads(header), sql, digest)
    return kpis


def _imports(house: Warehouse) -> list[dict]:
    frame = house.query(warehouse.text("results/imports"))
    rows = []
    for row in frame.itertuples():
        has_days = not pd.isna(row.covers_from)
        rows.append(
            {
                "import_id": row.import_id,
                "source": row.source,
                "file": row.file,
                "extracted_at": row.extracted_at.tz_convert(settings.TIME_ZONE).date(),
                "covers_from": row.covers_from.date() if has_days else None,
                "covers_to": row.covers_to.date() if has_days else None,
                "areas": None if _is_none(row.areas) else list(row.areas),
                "columns": list(row.columns),
            }
        )
    return rows


def _is_none(value) -> bool:
    # DuckDB's frame says None, NaN or NA, whatever else the column holds
    return value is None or value is pd.NA or (np.isscalar(value) and pd.isna(value))
