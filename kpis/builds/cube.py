"""The cube: every indicator's cells by area and day, and again by month.

An indicator's month is counted anew only when its rows may have changed; otherwise its
cells are taken over from the build before.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from kpis import periods, settings, warehouse
from kpis.builds import kpi_rows, marts
from kpis.builds.imports import Import
from kpis.builds.marts import WHOLE, Inputs, digest
from kpis.definitions import Kpi
from kpis.warehouse import Warehouse, fill, identifier, literal

MONTH_TABLES = {"day_cells": "month_cells", "day_values": "month_values"}
TABLES = (*MONTH_TABLES, *MONTH_TABLES.values(), "published")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """What becomes of an indicator's months: hashes of all, and which are kept."""

    kpi: Kpi
    hashes: dict[str, str]
    kept: list[str]

    @property
    def table(self) -> str:
        """Return the table of the indicator's rows."""
        if self.kpi.population.stage == "published":
            return "published"
        return "day_values" if self.kpi.measure.has_values else "day_cells"

    @property
    def changed(self) -> list[periods.Period]:
        """Return the spans of days to be counted anew."""
        return spans(set(self.hashes) - set(self.kept))


def spans(months: set[str]) -> list[periods.Period]:
    """Return the spans of days that some months fill, or all time, in order."""
    if WHOLE in months:
        return [marts.span(WHOLE)]
    found: list[periods.Period] = []
    for month in sorted(months):
        first, last = marts.span(month)
        if found and found[-1][1] + DAY == first:
            first = found.pop()[0]
        found.append((first, last))
    return found


def plan(
    kpi: Kpi,
    made_of: dict[str, Inputs],
    imports: list[Import],
    fixed: str,
    known: dict[str, str],
) -> Plan:
    """Return what is to be counted; `known` are the hashes of the build before."""
    able = {one.import_id for one in kpi_rows.able(kpi, imports)}
    covered = kpi_rows.covered(kpi, imports) if kpi.population.exposure else []
    hashes = {}
    for month in _months(kpi, made_of, covered):
        parts = [fixed, kpi.digest]
        for source in kpi.population.needs:
            of_mart = made_of[source]
            held = {one for one, _ in of_mart.files.get(month, ())}
            parts += [of_mart.hashes.get(month, ""), *sorted(held & able)]
        parts += [made_of[mart].hashes.get(month, "") for mart in kpi.population.reads]
        parts += [str(days) for days in _covered_part(covered, month)]
        hashes[month] = digest(*parts)
    kept = [month for month, one in hashes.items() if known.get(month) == one]
    if kpi.population.stage == "after_cube":
        # made of all the others, of which any may have changed
        kept = []
    return Plan(kpi, hashes, kept)


def _months(kpi: Kpi, made_of: dict[str, Inputs], covered) -> list[str]:
    is_of_all = kpi.population.stage == "after_cube"
    if is_of_all or any(
        kpi_rows.MARTS[source].is_whole for source in kpi.population.needs
    ):
        return [WHOLE]
    months = {
        month for source in kpi.population.needs for month in made_of[source].files
    }
    for first, last in covered:
        months |= {f"{one:%Y-%m}" for one, _ in periods.between(first, last, "month")}
    return sorted(months)


def _covered_part(covered, month: str) -> list[tuple[date, date]]:
    first, last = marts.span(month)
    return [
        (max(first, begin), min(last, end))
        for begin, end in covered
        if begin <= last and end >= first
    ]


def fixed_digest(shared: str) -> str:
    """Return the hash of the statements by which every indicator is counted."""
    texts = [
        file.read_text(encoding="utf-8")
        for pattern in ("results/exposure_*.sql", "results/kpi_rows.sql")
        for file in sorted(settings.SQL.glob(pattern))
    ]
    return digest(shared, *texts)


def create(house: Warehouse) -> None:
    """Make the empty tables."""
    for table in TABLES:
        house.run(warehouse.text(f"cube/create_{table}"))


def keep(house: Warehouse, plans: list[Plan]) -> None:
    """Take over the cells of the months that have not changed from the build before.

    Indicators that keep the same months are taken over together: DuckDB writes one
    large statement on all processors, and many small ones on one.
    """
    alike: dict[tuple, list[str]] = {}
    for one in plans:
        if one.kept:
            alike.setdefault((one.table, *sorted(one.kept)), []).append(one.kpi.id)
    for (table, *kept), kpi_ids in alike.items():
        words = {"kpis": warehouse.literals(kpi_ids)}
        if table == "published":
            house.run(fill("cube/keep_published", **words))
            continue
        words["condition"] = kpi_rows.within(spans(set(kept)))
        for name in (table, MONTH_TABLES[table]):
            house.run(fill("cube/keep_cells", table=identifier(name), **words))


def count(house: Warehouse, one: Plan, imports: list[Import]) -> None:
    """Fill the cells of an indicator's months that are to be counted anew."""
    if not one.changed:
        return
    is_all = not one.kept
    condition = "true" if is_all else kpi_rows.within(one.changed)
    rows = kpi_rows.rows(one.kpi, imports, condition)
    words = kpi_rows.columns(one.kpi) if one.table == "day_cells" else {}
    kpi_id = literal(one.kpi.id)
    house.run(fill(f"cube/{one.table}", rows=rows, kpi=kpi_id, **words))
    if one.table in MONTH_TABLES:
        table = MONTH_TABLES[one.table]
        house.run(fill(f"cube/{table}", kpi=kpi_id, condition=condition))
