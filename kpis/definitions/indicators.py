"""The indicators: every file in `sql/kpis/` is one, its name is its id.

A file opens with a comment that holds a TOML header, its words and its rules; the
rest is one select. All faults of all headers are reported at once.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from kpis import settings
from kpis.definitions import contracts, sources, typed_toml
from kpis.definitions.contracts import Contract
from kpis.definitions.indicator_model import Header, Kpi, Measure
from kpis.errors import UserError, unknown

# the kinds of area that have figures, by the kind that the rows have
AREAS_OF: dict[str, tuple[str, ...]] = {
    "mps": ("mps",),
    "bocu": ("mps", "bocu"),
    "site": ("mps", "site"),
    "facility": ("mps", "bocu", "facility"),
}
# the units that a kind of figure may have; those of the others are free
UNITS_OF: dict[str, tuple[str, ...]] = {
    "proportion": ("percent",),
    "difference": ("points",),
    "median": ("seconds", "minutes"),
    "percentile": ("seconds", "minutes"),
}
OF_EVERY_INDICATOR = ("row_id", "area_code", "on_date", "numerator", "denominator")


@cache
def load() -> dict[str, Kpi]:
    """Return every indicator by id; UserError names all faults of all headers."""
    return load_from(settings.SQL / "kpis")


def load_from(directory: Path) -> dict[str, Kpi]:
    """Return the indicators of a directory; UserError names all faults at once."""
    paths = sorted(directory.glob("*.sql"))
    ids = [path.stem for path in paths]
    known = contracts.load_all()
    return typed_toml.each(paths, lambda path: _load(path, ids, known))


def get(kpi_id: str) -> Kpi:
    """Return one indicator; UserError with the nearest name if there is none."""
    kpis = load()
    if kpi_id not in kpis:
        raise UserError(unknown("indicator", kpi_id, kpis))
    return kpis[kpi_id]


def _load(path: Path, ids: list[str], known: dict[str, Contract]) -> Kpi:
    header, sql = typed_toml.read_header(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def of_header(checked: Any) -> Kpi:
        return Kpi.of_header(path.stem, vars(checked), sql, digest)

    def check(checked: Any, file: str) -> list[str]:
        kpi = of_header(checked)
        faults = [*_faults(kpi), *_need_faults(kpi, known), *_name_faults(kpi, ids)]
        return [f"{file}: {fault}" for fault in faults]

    return of_header(typed_toml.build(Header, header, path.name, check))


def _faults(kpi: Kpi) -> Iterator[str]:
    kind, quantile = kpi.measure.kind, kpi.measure.quantile
    if kind == "percentile" and quantile == Measure.quantile:
        yield "quantile: a percentile says which one it is, such as 0.95."
    if kind not in ("", "percentile") and quantile != Measure.quantile:
        yield "quantile: only a percentile has one."
    if not 0 < quantile < 1:
        yield "quantile: lies between 0 and 1, such as 0.95."
    if kind and (kind == "sum") != bool(kpi.population.made_of):
        yield "made_of: is given exactly where the kind is sum."
    if not (kpi.population.needs or kpi.population.stage == "after_cube"):
        yield "needs: names no source, so nothing is ever measured."
    yield from _area_faults(kpi)
    yield from _number_faults(kpi)
    units = UNITS_OF.get(kind)
    if units and kpi.measure.unit and kpi.measure.unit not in units:
        yield f"unit: a {kind} is in {' or '.join(units)}."
    if bool(kpi.sql) == bool(kpi.population.made_of):
        yield "a select follows the header, unless the indicator is made of others."
    if kpi.disclosure.is_needed:
        yield from _disclosure_faults(kpi)
    for dimension in kpi.population.dimensions:
        if dimension in OF_EVERY_INDICATOR:
            yield f"dimensions: {dimension} is a column that every indicator has."
    for dimension in kpi.population.default or {}:
        if dimension not in kpi.population.dimensions:
            yield f"default: '{dimension}' is not one of the dimensions."


def _area_faults(kpi: Kpi) -> Iterator[str]:
    area = kpi.population.area
    # a kind that is wrong is empty
    allowed = AREAS_OF.get(area, tuple(AREAS_OF))
    remedy = f"Write {' or '.join(allowed)}."
    for kind in kpi.population.smallest_period:
        if kind in AREAS_OF and kind not in allowed:
            yield (
                f"smallest_period: where area = '{area}', a {kind} has no figure. "
                f"{remedy}"
            )
    if not kpi.population.smallest_period:
        yield f"smallest_period: no kind of area has a figure. {remedy}"


def _number_faults(kpi: Kpi) -> Iterator[str]:
    if kpi.judging.min_n < 1:
        yield "min_n: is 1 or more."
    if kpi.measure.denominator_unit <= 0:
        yield "denominator_unit: is above 0."
    for name, days in (
        ("settles_after_days", kpi.judging.settles_after_days),
        ("looks_ahead_days", kpi.population.looks_ahead_days),
    ):
        if days < 0:
            yield f"{name}: cannot be negative."


def _name_faults(kpi: Kpi, ids: list[str]) -> Iterator[str]:
    for key, named in (
        ("read_with", kpi.wording.read_with),
        ("made_of", kpi.population.made_of),
        ("reliable_if", kpi.judging.reliable_if or ()),
    ):
        for other in named:
            if other not in ids:
                yield f"{key}: {unknown('indicator', other, ids)}"
            elif other == kpi.id:
                yield f"{key}: names the indicator itself."


def _disclosure_faults(kpi: Kpi) -> Iterator[str]:
    """Say what would show single people: parts of a cell, and days."""
    if kpi.population.dimensions:
        yield "dimensions: an indicator of people is not broken down."
    if {"day", "week"} & set(kpi.population.smallest_period.values()):
        yield "smallest_period: an indicator of people begins with the month."
    if kpi.disclosure.protects != "respondents" and kpi.measure.base != "staff":
        yield "base: an indicator of staff says how many, base = 'staff'."


def _need_faults(kpi: Kpi, known: dict[str, Contract]) -> Iterator[str]:
    for source, columns in kpi.population.needs.items():
        if source not in known:
            yield f"needs: {unknown('source', source, known)}"
            continue
        there = known[source].columns
        for name in columns:
            if name not in there:
                yield f"needs: {unknown(f'column of {source}', name, there)}"
    lines = known["calls"].columns["line_type"].values if "calls" in known else ()
    line = kpi.population.line_type
    if line and lines and line not in lines:
        yield f"line_type: {unknown('line', line, lines)}"
    marts = sources.names()
    for name in kpi.population.reads:
        if name not in marts:
            yield f"reads: {unknown('mart', name, marts)}"
