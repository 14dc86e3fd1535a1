"""The cube: every indicator's cells by area and day, and again by month.

An indicator's month is counted again only if its rows may have changed. Otherwise its
cells are taken over from the build before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from kpis import periods, settings, warehouse
from kpis.builds import kpi_rows, mart_inputs, versions
from kpis.builds.imports import Import
from kpis.builds.mart_inputs import WHOLE, MartInputs
from kpis.builds.versions import digest
from kpis.definitions import Kpi, sources
from kpis.periods import Period
from kpis.warehouse import Warehouse, fill, identifier, literal, literals

MONTH_TABLES = {"day_cells": "month_cells", "day_values": "month_values"}
CELL_TABLES = (*MONTH_TABLES, *MONTH_TABLES.values())
TABLES = (*CELL_TABLES, "published")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class CellPlan:
    """What becomes of an indicator's months: the hash of each, and which are kept."""

    kpi: Kpi
    hashes: dict[str, str]
    kept: tuple[str, ...]

    @property
    def table(self) -> str:
        """Return the table that holds the indicator's rows."""
        return _table(self.kpi)

    @property
    def is_whole(self) -> bool:
        """Whether the indicator is not counted by month."""
        return WHOLE in self.hashes

    @property
    def changed_months(self) -> set[str]:
        """Return the months to count again."""
        return set(self.hashes) - set(self.kept)

    @property
    def changed(self) -> list[Period]:
        """Return the spans of days to count again."""
        return spans(self.changed_months)


def plan(
    kpi: Kpi,
    inputs: dict[str, MartInputs],
    imports: list[Import],
    shared: str,
    known: dict[str, str],
) -> CellPlan:
    """Return which months of an indicator are counted and which are kept.

    `inputs` says what the marts are made of, `shared` is a hash of what every cell
    depends on, `known` has the hashes of the build before, by month.
    """
    able = {import_.import_id for import_ in kpi_rows.measuring(kpi, imports)}
    covered = kpi_rows.covered(kpi, imports) if kpi.population.exposure else []
    version = version_of(kpi)
    hashes = {}
    for month in _months(kpi, inputs, covered):
        parts = [shared, version]
        for source in kpi.population.needs:
            held = {import_id for import_id, _ in inputs[source].files.get(month, ())}
            parts += [inputs[source].hashes.get(month, ""), *sorted(held & able)]
        parts += [inputs[mart].hashes.get(month, "") for mart in kpi.population.reads]
        parts += [str(days) for days in _covered_part(covered, month)]
        hashes[month] = digest(*parts)
    kept = tuple(month for month, one in hashes.items() if known.get(month) == one)
    # made of all the other indicators, and any of them may have changed
    is_of_all = kpi.population.stage == "after_cube"
    return CellPlan(kpi, hashes, () if is_of_all else kept)


def version_of(kpi: Kpi) -> str:
    """Return a hash of the statements that count an indicator, and of its measure.

    The measure decides what readers make of the sums: if it changes, earlier figures
    are compared with the new ones (`revisions`).
    """
    measure = (kpi.measure.kind, kpi.measure.denominator_unit, kpi.measure.quantile)
    tables = [_table(kpi), *filter(None, [MONTH_TABLES.get(_table(kpi))])]
    return versions.of_statements(
        *(warehouse.text(f"cube/create_{table}") for table in tables),
        *_statements(kpi, [], "true", ""),
        str(measure),
    )


def templates() -> list[str]:
    """Return the statements that count indicators, before they are filled in."""
    names = [f"cube/{how}{table}" for table in TABLES for how in ("create_", "")]
    names += ["results/kpi_rows", "results/measured_mart", "results/month_figures"]
    names += [
        f"results/{path.stem}"
        for path in sorted((settings.SQL / "results").glob("exposure_*.sql"))
    ]
    return [warehouse.text(name) for name in names]


def spans(months: set[str]) -> list[Period]:
    """Return the spans of days that some months fill, or all time, in order."""
    if WHOLE in months:
        return [mart_inputs.span(WHOLE)]
    found: list[Period] = []
    for month in sorted(months):
        first, last = mart_inputs.span(month)
        if found and found[-1][1] + DAY == first:
            first = found.pop()[0]
        found.append((first, last))
    return found


def create_cells(db: Warehouse, place: str) -> None:
    """Make the empty tables of cells in a database."""
    for table in CELL_TABLES:
        db.run(fill(f"cube/create_{table}", place=identifier(place)))


def keep_published(db: Warehouse, plans: Iterable[CellPlan]) -> None:
    """Make the table of published figures, with the unchanged ones."""
    db.run(warehouse.text("cube/create_published"))
    own = [plan_ for plan_ in plans if plan_.table == "published" and plan_.kept]
    if own:
        db.run(
            fill("cube/keep_published", kpis=literals(plan_.kpi.id for plan_ in own))
        )


def count(db: Warehouse, plan_: CellPlan, imports: list[Import], place: str) -> None:
    """Count the cells of an indicator's changed months into a database."""
    if not plan_.changed:
        return
    condition = "true" if plan_.is_whole else kpi_rows.within(plan_.changed)
    for statement in _statements(plan_.kpi, imports, condition, place):
        db.run(statement)


def _statements(
    kpi: Kpi, imports: list[Import], condition: str, place: str
) -> list[str]:
    """Return the statements that fill an indicator's cells, by day and by month."""
    table = _table(kpi)
    rows = kpi_rows.rows(kpi, imports, condition)
    words = kpi_rows.columns(kpi) if table == "day_cells" else {}
    of_all = {"kpi": literal(kpi.id), "place": identifier(place)}
    statements = [fill(f"cube/{table}", rows=rows, **of_all, **words)]
    if table in MONTH_TABLES:
        by_month = f"cube/{MONTH_TABLES[table]}"
        statements.append(fill(by_month, condition=condition, **of_all))
    return statements


def _table(kpi: Kpi) -> str:
    if kpi.population.stage == "published":
        return "published"
    return "day_values" if kpi.measure.has_values else "day_cells"


def _months(
    kpi: Kpi, inputs: dict[str, MartInputs], covered: list[Period]
) -> list[str]:
    is_of_all = kpi.population.stage == "after_cube"
    if is_of_all or any(
        sources.mart(source).is_whole for source in kpi.population.needs
    ):
        return [WHOLE]
    months = {
        month for source in kpi.population.needs for month in inputs[source].files
    }
    for first, last in covered:
        months |= {f"{day:%Y-%m}" for day, _ in periods.between(first, last, "month")}
    return sorted(months)


def _covered_part(covered: list[Period], month: str) -> list[Period]:
    first, last = mart_inputs.span(month)
    return [
        (max(first, begin), min(last, end))
        for begin, end in covered
        if begin <= last and end >= first
    ]
