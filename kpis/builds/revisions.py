"""Revisions: which earlier figures a build changes, and why.

A month that is counted again is compared with the build before. The earlier figure is
kept, with the text of the definition by which it was counted. A month that was not over
when its exports were made had no figure yet, so it has no revision.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from kpis import warehouse
from kpis.builds import cube, kpi_rows
from kpis.builds.cube import CellPlan
from kpis.definitions import Kpi
from kpis.warehouse import Warehouse, fill, identifier

TABLES = ("revisions", "kpi_texts")
# by indicator and month
Hashes = dict[str, dict[str, str]]


@dataclass(frozen=True)
class _Recounted:
    """Days of one indicator, counted again, and how they were counted before."""

    kpi: str
    first_on: date
    last_on: date
    unit: float
    quantile: float
    digest: str
    reason: str
    is_redefined: bool
    as_at: date
    settles_after_days: int


@dataclass(frozen=True)
class _Earlier:
    """The build before: its id, rules, indicators, and the as-at day of each source."""

    build_id: str
    rules: str
    kpis: dict[str, tuple[str, dict]]
    as_at: dict[str, date]


def keep(
    db: Warehouse,
    build_id: str,
    rules: str,
    plans: Iterable[CellPlan],
    before: Hashes,
) -> None:
    """Store revisions and definitions: those of earlier builds, then the new ones.

    `rules` is a hash of everything but data and definitions that figures depend on.
    `before` has the hashes of the build before, by indicator and month. Without such a
    build there are no revisions.
    """
    for table in TABLES:
        db.run(warehouse.text(f"revisions/create_{table}"))
    found = db.tuples(warehouse.text("revisions/previous_tables"))
    if {(table,) for table in TABLES} <= set(found):
        for table in TABLES:
            db.run(fill("revisions/carry_over", table=identifier(table)))
        _compare(db, rules, plans, before)
    db.run(warehouse.text("revisions/add_kpi_texts"), [build_id])


def _compare(
    db: Warehouse, rules: str, plans: Iterable[CellPlan], before: Hashes
) -> None:
    earlier = _earlier(db)
    recounted = [
        one
        for plan in plans
        if plan.kpi.id in earlier.kpis and earlier.as_at
        for one in _recounted(plan, before.get(plan.kpi.id, {}), rules, earlier)
    ]
    if not recounted:
        return
    spans = sorted({(one.first_on, one.last_on) for one in recounted})
    words = {
        "recounted": warehouse.text("revisions/recounted"),
        "condition": kpi_rows.within(spans),
    }
    columns = [
        [getattr(one, each.name) for one in recounted] for each in fields(_Recounted)
    ]
    values = [*columns, earlier.build_id, max(earlier.as_at.values())]
    db.run(fill("revisions/numbers", **words, **_scopes()), values)
    db.run(fill("revisions/quantiles", **words, **_scopes(), **_figures()), values)


def _earlier(db: Warehouse) -> _Earlier:
    facts = dict(db.tuples(warehouse.text("revisions/previous_facts")))
    kpis = db.tuples(warehouse.text("revisions/previous_kpis"))
    arrivals = db.tuples(warehouse.text("revisions/previous_arrivals"))
    return _Earlier(
        facts["build_id"],
        facts.get("rules", ""),
        {kpi_id: (digest, json.loads(header)) for kpi_id, digest, header in kpis},
        dict(arrivals),
    )


def _recounted(
    plan: CellPlan, before: dict[str, str], rules: str, earlier: _Earlier
) -> list[_Recounted]:
    digest, header = earlier.kpis[plan.kpi.id]
    reason = "data" if rules == earlier.rules else "rules"
    days = [
        day
        for source, day in earlier.as_at.items()
        if source in plan.kpi.population.needs
    ] or [max(earlier.as_at.values())]
    return [
        _Recounted(
            plan.kpi.id,
            first,
            last,
            header["denominator_unit"],
            header["quantile"],
            digest,
            reason if digest == plan.kpi.digest else "definition",
            _is_redefined(plan.kpi, header),
            min(days),
            header["settles_after_days"],
        )
        for first, last in cube.spans({*plan.hashes, *before} - {*plan.kept})
    ]


def _is_redefined(kpi: Kpi, header: dict) -> bool:
    """Whether equal sums and values give another figure than before."""
    names = ("kind", "denominator_unit", "quantile")
    return any(getattr(kpi.measure, name) != header[name] for name in names)


def _scopes() -> dict[str, str]:
    """Return the areas to which cells belong: their own, the borough's, the force."""
    return {
        f"scope_{when}": fill(
            "revisions/scope",
            name=f"scope_{when}",
            cells=f"cells_{when}",
            facility=facility,
        )
        for when, facility in (("then", "previous.facility"), ("now", "facility"))
    }


def _figures() -> dict[str, str]:
    return {
        f"figures_{when}": fill(
            "revisions/quantile_figures",
            name=f"figures_{when}",
            cells=f"cells_{when}",
            scope=f"scope_{when}",
        )
        for when in ("then", "now")
    }
