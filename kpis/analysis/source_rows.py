"""The rows of a source, filtered and grouped, whatever indicators they count in."""

from collections.abc import Mapping, Sequence

import pandas as pd

from kpis import periods
from kpis.definitions import contracts, sources
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.results import Build
from kpis.warehouse import fill, identifier, literals, text

GROUPABLE = ("enum", "bool")
# of each row that has an instant
TIMES = ("hour", "weekday")
PLACES = ("bocu", "site", "facility", "area")
# where a row comes from, and a caller's hash
NOT_LISTED = ("import_id", "line", "caller")


def offered(build: Build) -> dict[str, str]:
    """Return the titles of the sources whose rows can be looked through, by name.

    A source that any indicator protects, because its rows are of few people, is not
    offered.
    """
    protected = {
        source
        for kpi in build.kpis.values()
        if kpi.disclosure.is_needed
        for source in kpi.population.needs
    }
    arrived = {one.source for one in build.imports} - protected
    known = contracts.load_all()
    return {name: contract.title for name, contract in known.items() if name in arrived}


def dimensions(build: Build, source: str) -> list[str]:
    """Return the columns by which rows can be filtered and grouped."""
    in_mart = _columns(build, source)
    columns = contracts.load(source).columns
    named = [name for name, column in columns.items() if column.type in GROUPABLE]
    return [name for name in (*named, *TIMES) if name in in_mart]


def spans(build: Build, source: str, by: str) -> list[Period]:
    """Return the periods of that length that exports of the source cover."""
    covered = [one.days for one in build.imports if one.source == source and one.days]
    if not covered:
        return []
    first, last = min(start for start, _ in covered), max(end for _, end in covered)
    return periods.between(first, last, by)


def grouped(
    build: Build,
    source: str,
    area: str,
    period: Period,
    by: Sequence[str],
    chosen: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Return a row for each group that `by` makes: its columns as texts, and n.

    `chosen` has, by dimension, the members that count ("" for not stated); all members
    count of a dimension that is not in it. A row is of an area if it names the area or
    a place in it.
    """
    parts, values = _parts_and_values(build, source, area, period, chosen)
    for name in by:
        _refuse_unknown(build, source, name)
    members = [f"coalesce({_text(name)}, '') as {identifier(name)}" for name in by]
    sql = fill(
        "results/source_groups", members=", ".join(members or ["'' as whole"]), **parts
    )
    return build.warehouse.query(sql, values)


def rows(
    build: Build,
    source: str,
    area: str,
    period: Period,
    chosen: Mapping[str, Sequence[str]],
    limit: int | None = None,
) -> pd.DataFrame:
    """Return the rows that `grouped` counts: file and line, then their columns."""
    parts, values = _parts_and_values(build, source, area, period, chosen)
    listed = [name for name in _columns(build, source) if name not in NOT_LISTED]
    sql = fill(
        "results/source_rows",
        columns=", ".join(f"mart.{identifier(name)}" for name in listed),
        ref=identifier(sources.mart(source).ref),
        limit=f"limit {int(limit)}" if limit is not None else "",
        **parts,
    )
    return build.warehouse.query(sql, values)


def _parts_and_values(
    build: Build,
    source: str,
    area: str,
    period: Period,
    chosen: Mapping[str, Sequence[str]],
) -> tuple[dict[str, str], list[object]]:
    """Return the parts of the text that both statements share, and their values."""
    if source not in offered(build):
        raise UserError(unknown("source", source, offered(build)))
    for name in chosen:
        _refuse_unknown(build, source, name)
    conditions = [
        f"coalesce({_text(name)}, '') in ({literals(members)})" if members else "false"
        for name, members in chosen.items()
    ]
    in_mart = _columns(build, source)
    codes = [code for _, code in build.places.members([area])]
    places = [
        f"mart.{identifier(name)} in ({literals(codes)})"
        for name, column in contracts.load(source).columns.items()
        if column.reference in PLACES and name in in_mart and codes
    ]
    parts = {
        "mart": identifier(f"mart_{source}"),
        "on_date": f"mart.{identifier(sources.mart(source).on_date)}",
        "is_of_area": f"({' or '.join(places)})" if places else "false",
        "condition": " and ".join(conditions) or "true",
    }
    return parts, [*period, area]


def _text(name: str) -> str:
    return f"mart.{identifier(name)}::varchar"


def _columns(build: Build, source: str) -> list[str]:
    """Return the columns of a source's mart, in their order."""
    named = build.warehouse.tuples(text("results/mart_columns"), [f"mart_{source}"])
    return [name for (name,) in named]


def _refuse_unknown(build: Build, source: str, name: str) -> None:
    known = dimensions(build, source)
    if name not in known:
        raise UserError(unknown(f"dimension of {source}", name, known))
