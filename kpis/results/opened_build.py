"""A finished build, open for reading."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from kpis import settings, warehouse
from kpis.builds import Import, cell_files, marts, store
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.periods import FIRST_DAY, LAST_DAY
from kpis.results.arrivals import Arrivals
from kpis.results.coverage import Places
from kpis.results.states import Arrived
from kpis.warehouse import StatementError, Warehouse


class SmallTables:
    """What the small statements of `sql/results/` return, each read once.

    A build never changes, so what was read stays true and is kept for as long as the
    build is open: a dozen short tables at most, as no statement has parameters.
    """

    def __init__(self, db: Warehouse) -> None:
        self._db = db
        self.read = cache(self._read)

    def _read(self, name: str) -> tuple[tuple, ...]:
        return tuple(self._db.tuples(warehouse.text(f"results/{name}")))


@dataclass(frozen=True)
class Build:
    """A finished build, open for reading: what it is made of, and its database.

    `names` are those of the areas. `serving` has, by borough, the sites that answer its
    calls: line or "", site, first and last day.
    """

    id: str
    warehouse: Warehouse
    kpis: dict[str, Kpi]
    imports: list[Import]
    places: Places
    names: dict[str, str]
    serving: dict[str, list[tuple[str, str, date, date]]]
    is_demo: bool

    @property
    def as_at(self) -> date:
        """Return the day of the latest extraction; today where no import counts."""
        days = [import_.extracted_at for import_ in self.imports]
        return max(days, default=date.today())

    def arrived(self, kpi_id: str) -> Arrived:
        """Return what has arrived of the exports that measure an indicator."""
        return self._arrivals.of(kpi_id)

    def table(self, name: str) -> tuple[tuple, ...]:
        """Return the rows of a small statement of `sql/results/`, by its name."""
        return self._tables.read(name)

    @cached_property
    def _arrivals(self) -> Arrivals:
        return Arrivals(
            self.warehouse, self.kpis, self.imports, self.places, self.names
        )

    @cached_property
    def _tables(self) -> SmallTables:
        return SmallTables(self.warehouse)

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
    try:
        return _opened(place)
    except (StatementError, UserError):
        # one that a newer build has replaced is gone and not damaged
        damage = store.damage(place) if place.is_dir() else []
        if not damage:
            raise
        raise UserError(
            f"The build {build_id} is damaged, so no figure of it can be shown. Make "
            f"it again: python -m kpis build. ({damage[0]})"
        ) from None


def _opened(place: Path) -> Build:
    views: dict[str, Sequence[Path]] = {
        f"mart_{name}": marts.files(place, name) for name in marts.names(place)
    }
    db = warehouse.reader(cell_files.databases(place), views)
    cell_files.show_opened(db, place)
    facts = dict(db.tuples(warehouse.text("results/facts")))
    names = {code: name for code, name, _ in db.tuples(warehouse.text("results/areas"))}
    return Build(
        place.name,
        db,
        _kpis(db),
        _imports(db),
        _places(db),
        names,
        _serving(db),
        facts["is_demo"] == "true",
    )


def _places(db: Warehouse) -> Places:
    kinds, open_days = {}, {}
    for code, kind, opened, closed in db.tuples(warehouse.text("results/places")):
        kinds[code] = kind
        open_days[code] = (opened or FIRST_DAY, closed or LAST_DAY)
    parts: dict[str, tuple] = {}
    for area, *part in db.tuples(warehouse.text("results/area_parts")):
        parts[area] = (*parts.get(area, ()), tuple(part))
    return Places(kinds, parts, open_days)


def _serving(db: Warehouse) -> dict[str, list[tuple[str, str, date, date]]]:
    """Return by borough the line (or ""), site, first and last day of its service."""
    serving: dict[str, list] = {}
    for borough, *served in db.tuples(warehouse.text("results/serving_sites")):
        serving.setdefault(borough, []).append(tuple(served))
    return serving


def _kpis(db: Warehouse) -> dict[str, Kpi]:
    """Return the indicators as they were when the build was made."""
    rows = db.tuples(warehouse.text("results/kpis"))
    kpis = {}
    for kpi_id, digest, header, sql in rows:
        kpis[kpi_id] = Kpi.of_header(kpi_id, json.loads(header), sql, digest)
    return kpis


def _imports(db: Warehouse) -> list[Import]:
    """Return the imports that the build is made of, the oldest export first."""
    return [
        Import(
            import_id,
            source,
            file,
            extracted_at,
            covers_from,
            covers_to,
            None if areas is None else frozenset(areas),
            frozenset(columns),
            tuple(
                (area, date.fromisoformat(begins), date.fromisoformat(ends))
                for area, begins, ends in holes
            ),
            tuple((reason, month, int(count)) for reason, month, count in filtered),
        )
        for (
            import_id, source, file, extracted_at, covers_from, covers_to, areas,
            columns, holes, filtered,
        ) in db.tuples(warehouse.text("results/imports"))
    ]  # fmt: skip
