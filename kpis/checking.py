"""Checking: do the definitions hold together, and does the current build answer?

Faults are gathered, so that one run names them all. Every statement is tried on tables
without rows, before any export has arrived.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kpis import settings, warehouse
from kpis.builds import cube, findings, kpi_rows, store
from kpis.definitions import (
    Contract,
    Kpi,
    Mapping,
    Split,
    contracts,
    indicators,
    kpi_selects,
    mappings,
    reference_tables,
    sources,
    trial,
)
from kpis.errors import UserError, refuse
from kpis.ingest import lake
from kpis.results import Build, opened_build, queries
from kpis.warehouse import StatementError, Warehouse, fill

T = TypeVar("T")
BUILD = "python -m kpis build"
REPAIR = f"Make the build again: {BUILD} --full."
OF_EVERY_ROW = ("row_id", "area_code", "on_date")
# what DuckDB's types of these columns begin with, and in words
NUMBER = (
    ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "DECIMAL", "DOUBLE"),
    "a number",
)
DAY = (("DATE",), "a day, a date")
TEXT = (("VARCHAR",), "a text")
TYPES_OF: dict[str, tuple[tuple[str, ...], str]] = {
    "row_id": TEXT,
    "area_code": TEXT,
    "part": TEXT,
    "on_date": DAY,
    "until_date": DAY,
    **dict.fromkeys(("numerator", "denominator", "value", "base", "n"), NUMBER),
}
# the type of a column that is empty in every row
EMPTY = '"NULL"'
MOST_NAMED = 3
ROWS_TRIED = 1000


@dataclass
class Report:
    """What was checked, what is wrong, and what else is worth knowing."""

    checked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, faults: Iterable[str]) -> None:
        """Keep faults that are not known yet."""
        self.faults += dict.fromkeys(one for one in faults if one not in self.faults)

    def tried(self, load: Callable[[], T]) -> T | None:
        """Return what is loaded, or None and keep the faults for which it is not."""
        try:
            return load()
        except UserError as error:
            self.add(str(error).splitlines())
            return None


def check(data_dir: Path, home: Path) -> Report:
    """Check the definitions, and lake and build of a data directory.

    `home` is the directory whose own mappings are in force.
    """
    report = Report()
    has_marts = _check_definitions(report, data_dir, home)
    report.add(_lake_faults(data_dir))
    _check_build(report, data_dir, has_marts)
    return report


def behind(build: Build, data_dir: Path) -> list[str]:
    """Return what has changed since a build was made, a sentence each."""
    manifest = lake.read_manifest(data_dir)
    listed = {one["import_id"] for one in lake.current(manifest)}
    changed = []
    if listed != {import_.import_id for import_ in build.imports}:
        changed.append("Imports")
    if _digests(build.kpis) != _digests(indicators.load()):
        changed.append("Indicators")
    return [f"{what} have changed since this build: run {BUILD}." for what in changed]


def _digests(kpis: dict[str, Kpi]) -> set[str]:
    return {kpi.digest for kpi in kpis.values()}


def _check_definitions(report: Report, data_dir: Path, home: Path) -> bool:
    """Check all that stands in files; return whether every mart can be read."""
    known = report.tried(contracts.load_all)
    tables = report.tried(lambda: reference_tables.load_all(data_dir))
    if tables is not None:
        report.checked.append(f"{len(tables)} reference tables")
    if known is None:
        return False
    layouts = report.tried(lambda: _layouts(home))
    marts = report.tried(sources.marts)
    kpis = report.tried(indicators.load)
    found = report.tried(findings.load)
    report.checked.append(f"{len(known)} contracts")
    if layouts is not None:
        report.checked.append(f"{len(layouts)} mappings")
        report.add(_without_mapping(known, layouts, home))
    if kpis is not None:
        report.checked.append(f"{len(kpis)} indicators")
        units = {kpi.id: kpi.measure.unit for kpi in kpis.values()}
        report.tried(lambda: reference_tables.check_indicators(data_dir, units))
    if marts is not None:
        report.checked.append(f"{len(marts)} marts")
        report.add(_statement_faults(kpis or {}, found or {}))
    return marts is not None


def _layouts(home: Path) -> list[Mapping | Split]:
    """Return every mapping; UserError names all faults of all."""
    layouts, faults = [], []
    for name in mappings.available(home):
        try:
            layouts.append(mappings.load(name, home))
        except UserError as error:
            faults.append(str(error))
    refuse(faults)
    return layouts


def _without_mapping(
    known: dict[str, Contract], layouts: list[Mapping | Split], home: Path
) -> Iterator[str]:
    brought = {part.source for layout in layouts for part in layout.parts}
    for source in known.keys() - brought:
        yield (
            f"{source}.toml is a contract without a mapping: write "
            f"data/mappings/canonical_{source}.toml, or one in {home / 'mappings'}."
        )


def _statement_faults(
    kpis: dict[str, Kpi], found: dict[str, findings.Finding]
) -> Iterator[str]:
    """Try the select of every indicator and finding on marts without rows."""
    with sources.without_rows() as db:
        # the indicators about the other indicators read cells
        cube.create_cells(db, "cube")
        db.run(warehouse.text("cube/create_published"))
        for kpi in kpis.values():
            if kpi.sql:
                statement = fill("definitions/kpi_columns", rows=kpi_rows.rows(kpi, []))
                faults = list(
                    _column_faults(
                        db, kpi.id, statement, _needed_by(kpi), _readable(kpi)
                    )
                )
                yield from faults or _row_faults(kpi)
        for finding in found.values():
            near = ",\n".join(map(kpi_rows.measured, finding.reads))
            statement = fill(
                "definitions/finding_columns", near=near, select=finding.sql
            )
            yield from _column_faults(
                db, finding.id, statement, OF_EVERY_ROW, finding.reads
            )


def _column_faults(
    db: Warehouse,
    name: str,
    statement: str,
    needed: Iterable[str],
    readable: Sequence[str],
) -> Iterator[str]:
    """Say what a statement does not return; `readable` are the marts that it names."""
    try:
        columns = {row[0]: row[1] for row in db.tuples(statement)}
    except StatementError as error:
        remedy = "Name the mart in needs or reads."
        yield f"{name}.sql: {trial.reason(error, readable, remedy)}"
        return
    for column in needed:
        if column not in columns:
            yield f"{name}.sql: the select must return a column {column}."
        elif wanted := _not_of_its_type(column, columns[column]):
            yield f"{name}.sql: {column} is {columns[column].lower()}; {wanted}."


def _not_of_its_type(column: str, kind: str) -> str:
    """Return what a column must be if its DuckDB type is another, or ""."""
    types, says = TYPES_OF.get(column, ((), ""))
    is_right = kind == EMPTY or kind.startswith(types)
    return "" if is_right or not types else f"it must be {says}"


def _row_faults(kpi: Kpi) -> Iterator[str]:
    for fault in kpi_selects.faults(kpi):
        yield f"{kpi.id}.sql: {fault}"


def _readable(kpi: Kpi) -> list[str]:
    exposure = filter(None, [kpi.population.exposure])
    return [*kpi.population.needs, *kpi.population.reads, *exposure]


def _needed_by(kpi: Kpi) -> list[str]:
    """Return the columns that the select of an indicator must have."""
    if kpi.population.stage == "published":
        parts = ["until_date", "value", "n"]
    elif kpi.measure.has_values:
        parts = ["value"]
    else:
        parts = ["numerator", "denominator"]
    if kpi.measure.kind == "difference":
        parts.append("part")
    if kpi.measure.base != "rows":
        parts.append("base")
    return [*OF_EVERY_ROW, *parts, *kpi.population.dimensions]


def _lake_faults(data_dir: Path) -> Iterator[str]:
    try:
        manifest = lake.read_manifest(data_dir)
    except UserError as error:
        yield str(error)
        return
    for one in lake.current(manifest):
        files = [*lake.files(data_dir, [one]), *lake.side_files(data_dir, [one])]
        lost = [path for path in files if not _is_parquet(path)]
        if lost:
            yield (
                f"{_named(lost)}: missing or damaged. Restore it from a backup, or "
                f"withdraw import {one['import_id']} and import {one['file']} again."
            )


def _is_parquet(path: Path) -> bool:
    """Whether a file is there to its last byte: it ends as it begins."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        file.seek(max(-4, -path.stat().st_size), 2)
        return file.read() == b"PAR1"


def _named(paths: list[Path]) -> str:
    rest = len(paths) - MOST_NAMED
    named = ", ".join(str(path) for path in paths[:MOST_NAMED])
    return f"{named} and {rest} more" if rest > 0 else named


def _check_build(report: Report, data_dir: Path, has_marts: bool) -> None:
    build_id = store.named(data_dir)
    if build_id is None:
        report.notes.append("There is no build yet.")
        return
    place = store.directory(data_dir, build_id)
    if not place.is_dir():
        pointer = data_dir / "builds" / "current"
        report.add([f"{pointer} names the build {build_id}, which is gone. {REPAIR}"])
        return
    damage = store.damage(place)
    if damage:
        report.add([f"{' '.join([*damage[:MOST_NAMED], REPAIR])}"])
        return
    build = report.tried(lambda: opened_build.open_build(data_dir, build_id))
    if build is None:
        return
    try:
        for kpi in build.kpis.values():
            report.add(_answer_faults(build, kpi, has_marts))
        report.tried(lambda: report.notes.extend(behind(build, data_dir)))
    finally:
        build.close()
    report.checked.append(f"build {build.id}")


def _answer_faults(build: Build, kpi: Kpi, has_marts: bool) -> Iterator[str]:
    """Ask an indicator for its latest figure, and the rows behind it."""
    try:
        by = queries.usual_period(build, kpi.id, settings.FORCE)
        settled = queries.latest_settled(build, kpi.id, settings.FORCE, by)
        start, end = settled or (build.as_at, build.as_at)
        queries.series(build, [kpi.id], [settings.FORCE], start, end, by)
        is_hidden = kpi.disclosure.is_needed or bool(kpi.population.made_of)
        if is_hidden or not has_marts:
            return
        rows = queries.rows(build, kpi.id, settings.FORCE, start, end, ROWS_TRIED)
    except (StatementError, UserError) as error:
        yield f"{kpi.id} has no answer in build {build.id}: {_first(error)} {REPAIR}"
        return
    lost = rows[rows["row_id"].notna() & rows["file"].isna()]
    if kpi.population.needs and len(lost):
        yield (
            f"{kpi.id}.sql: the row {lost['row_id'].iloc[0]} leads to no line of a "
            "file. Its row_id must be the source, a colon and the mart's first column."
        )


def _first(error: Exception) -> str:
    said = error.reason if isinstance(error, StatementError) else str(error)
    return said.splitlines()[0]
