"""Cell files: a build's cells, one database for each financial year.

A year that has not changed is not read: its file is linked into the next build. Cells
of indicators that are counted as a whole have a file of their own, WHOLE. Statements
read all of them together, through views.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kpis import periods
from kpis.builds import cube, kpi_rows, mart_inputs, store
from kpis.builds.cube import CellPlan
from kpis.builds.mart_inputs import WHOLE
from kpis.builds.versions import digest
from kpis.periods import Period
from kpis.warehouse import Warehouse, fill, identifier, literals

# what `inputs` calls the hashes of these files
INPUTS = "cells"
# the database in memory in which cells of several years are counted
COUNTED = "counted"
PREVIOUS = "previous"


@dataclass(frozen=True)
class CellFiles:
    """Which years a build has cells of, the hash of each, and which are kept."""

    plans: tuple[CellPlan, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    @property
    def changed(self) -> list[str]:
        """Return the years whose files are written."""
        return sorted(set(self.hashes) - set(self.kept))

    def place(self, kpi_plan: CellPlan) -> str:
        """Return the database in which an indicator's changed months are counted."""
        if kpi_plan.is_whole:
            return name_of(WHOLE)
        years = {year_of(month) for month in kpi_plan.changed_months}
        return name_of(*years) if len(years) == 1 else COUNTED


def year_of(month: str) -> str:
    """Return the year in which the financial year of a month begins, or WHOLE."""
    if month == WHOLE:
        return WHOLE
    first, _ = mart_inputs.span(month)
    return f"{periods.of_day(first, 'year')[0]:%Y}"


def name_of(year: str) -> str:
    """Return what the database of a year is called in statements."""
    return f"cells_{year}"


def plan(plans: Iterable[CellPlan], claims: str, known: dict[str, str]) -> CellFiles:
    """Return which years' files are kept and which are written.

    `claims` is a hash of what is checked of every cell, `known` has the hashes of the
    build before, by year.
    """
    counted = tuple(plan_ for plan_ in plans if plan_.table != "published")
    parts: dict[str, list[str]] = {WHOLE: [claims]}
    changed = set()
    for plan_ in counted:
        for month, hash_ in plan_.hashes.items():
            year = year_of(month)
            parts.setdefault(year, [claims]).append(f"{plan_.kpi.id} {month} {hash_}")
        changed |= {year_of(month) for month in plan_.changed_months}
    hashes = {year: digest(*parts[year]) for year in sorted(parts)}
    kept = tuple(
        year
        for year, hash_ in hashes.items()
        if known.get(year) == hash_ and year not in changed
    )
    return CellFiles(counted, hashes, kept)


def begin(db: Warehouse, files: CellFiles, target: Path, previous: Path | None) -> None:
    """Link the files of unchanged years, and begin the others with what they keep.

    Views show the cells of all years and, of the years that are not kept, those of the
    build before.
    """
    (target / store.CELLS).mkdir()
    earlier = store.cells(previous) if previous else {}
    for year in files.kept:
        own = store.cell_file(target, year)
        store.share(earlier[year], own)
        db.attach(name_of(year), own)
    before = _attach_earlier(db, files, earlier, previous)
    db.run(fill("cube/attach_counted", place=COUNTED))
    cube.create_cells(db, COUNTED)
    for year in files.changed:
        db.attach_new(name_of(year), store.cell_file(target, year))
        cube.create_cells(db, name_of(year))
        if year in before:
            _keep(db, files, year, before[year])
    show(db, files.hashes)
    # a build of an earlier version kept its cells in its cube
    in_cube = [PREVIOUS] if previous and not earlier else []
    _show(db, [*before.values()] or in_cube or [COUNTED], f"{PREVIOUS}_")


def _attach_earlier(
    db: Warehouse, files: CellFiles, earlier: dict[str, Path], previous: Path | None
) -> dict[str, str]:
    """Attach what has changed of the build before; return its databases by year."""
    if previous is None:
        return {}
    attached = {}
    for year in sorted(set(earlier) - set(files.kept)):
        # a damaged build is still compared with, as far as it can be read
        if store.is_whole(previous, earlier[year]):
            attached[year] = f"{PREVIOUS}_{year}"
            db.attach(attached[year], earlier[year])
    return attached


def _keep(db: Warehouse, files: CellFiles, year: str, source: str) -> None:
    """Take over the cells of a year's unchanged months from the build before.

    Indicators that keep the same months are taken over together: DuckDB writes one
    large statement on all processors, and many small ones on one.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for plan_ in files.plans:
        kept = sorted(month for month in plan_.kept if year_of(month) == year)
        if kept:
            alike.setdefault((plan_.table, *kept), []).append(plan_.kpi.id)
    for (table, *kept), kpi_ids in alike.items():
        within = kpi_rows.within(cube.spans(set(kept)))
        condition = f"kpi in ({literals(kpi_ids)}) and ({within})"
        for name in (table, cube.MONTH_TABLES[table]):
            _copy(db, source, name_of(year), name, condition)


def part(db: Warehouse, files: CellFiles) -> None:
    """Move what was counted of several years into their files."""
    if not any(files.place(plan_) == COUNTED for plan_ in files.plans):
        return
    for table in cube.CELL_TABLES:
        for year in set(files.changed) - {WHOLE}:
            within = kpi_rows.within([_days(year)])
            _copy(db, COUNTED, name_of(year), table, within)
        db.run(fill("cube/forget_cells", place=COUNTED, table=table))


def show(db: Warehouse, years: Iterable[str]) -> None:
    """Make a view of each table of cells, over some years."""
    _show(db, [*map(name_of, years)])


def _show(db: Warehouse, places: list[str], prefix: str = "") -> None:
    for table in cube.CELL_TABLES:
        each = [
            fill("results/cells_of_file", place=identifier(place), table=table)
            for place in places
        ]
        words = {"name": identifier(prefix + table), "rows": "\nunion all\n".join(each)}
        db.run(fill("results/view_of_cells", **words))


def show_opened(db: Warehouse, build_dir: Path) -> None:
    """Make views of the cells of a finished build, which may be an earlier version's.

    That kept its cells in the cube.
    """
    _show(db, [name_of(year) for year in store.cells(build_dir)] or ["cube"])


def databases(build_dir: Path) -> dict[str, Path]:
    """Return the databases of a finished build by what statements call them."""
    cells = {name_of(year): path for year, path in store.cells(build_dir).items()}
    return {"cube": build_dir / store.CUBE, **cells}


def _copy(db: Warehouse, source: str, place: str, table: str, condition: str) -> None:
    words = {"source": identifier(source), "place": identifier(place), "table": table}
    db.run(fill("cube/keep_cells", condition=condition, **words))


def _days(year: str) -> Period:
    return periods.of_day(mart_inputs.span(f"{year}-04")[0], "year")
