"""What the months of each mart are made of, and so whether they have changed.

A month of a mart depends on the files that may hold its rows, on editions that replace
a whole period, and on its statement. Its hash names all of these.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from kpis import periods
from kpis.builds import mart_statements, versions
from kpis.builds.versions import digest
from kpis.definitions import sources
from kpis.ingest import ImportRecord, lake

WHOLE = "all"


@dataclass(frozen=True)
class MartInputs:
    """What the months of one mart are made of.

    `files` has, by month, the (import, month of the lake) whose rows may belong to it;
    `hashes` has, by month, a hash of all that the month depends on, and `version` one
    of its statements. A mart that is made as a whole has one month, WHOLE.
    """

    mart: str
    version: str
    files: dict[str, frozenset[tuple[str, str]]]
    hashes: dict[str, str]


def of_imports(imports: list[ImportRecord], shared: str) -> dict[str, MartInputs]:
    """Return what the months of every mart are made of, by mart.

    `imports` are the manifest's current imports; `shared` is a hash of what every month
    depends on: reference tables, DuckDB's version.
    """
    inputs: dict[str, MartInputs] = {}
    for name, mart in sources.marts().items():
        if mart.made_of:
            inputs[name] = _of_mart(name, inputs[mart.made_of], shared)
        else:
            inputs[name] = _of_source(name, imports, shared)
    return inputs


def neighbours(name: str, month: str) -> list[str]:
    """Return the months of the other mart that a month of this mart is made of."""
    mart = sources.mart(name)
    return [
        _month(periods.add_months(_first(month), away))
        for away in range(-mart.months_before, mart.months_after + 1)
    ]


def span(month: str) -> periods.Period:
    """Return first and last day of a mart's month, or of all time."""
    if month == WHOLE:
        return periods.FIRST_DAY, periods.LAST_DAY
    return _first(month), periods.end_of_month(_first(month))


def may_repeat(
    inputs: MartInputs, months: list[str], imports: list[ImportRecord]
) -> bool:
    """Whether a key may occur twice among the files of some months.

    One import holds a key once. Keys that several imports hold link their months.
    """
    own = [record for record in imports if record["source"] == inputs.mart]
    held = frozenset[tuple[str, str]]().union(
        *(inputs.files[month] for month in months)
    )
    lake_months = {lake_month for _, lake_month in held}
    if any(_moved(record, own) for record in own) or replacing(own, lake_months):
        return True
    return len(held) > len(lake_months)


def _of_mart(name: str, other: MartInputs, shared: str) -> MartInputs:
    """Return what the months of a mart are made of whose rows are another mart's."""
    version = versions.of_statements(*mart_statements.of(name))
    hashes = {
        month: digest(
            shared,
            version,
            *(other.hashes.get(near, "") for near in neighbours(name, month)),
        )
        for month in other.files
    }
    return MartInputs(name, version, other.files, hashes)


def _of_source(source: str, imports: list[ImportRecord], shared: str) -> MartInputs:
    own = [record for record in imports if record["source"] == source]
    held: dict[str, set[tuple[str, str]]] = {}
    for record in own:
        for month in record["months"]:
            held.setdefault(month, set()).add((record["import_id"], month))
    linked = _linked(own)
    mart = sources.mart(source)
    files: dict[str, frozenset[tuple[str, str]]] = {}
    for month in _mart_months(held, mart.later_months):
        window = set(held) if mart.is_whole else _window(month, mart.later_months)
        window |= {other for near in window for other in linked.get(near, ())}
        files[WHOLE if mart.is_whole else month] = frozenset[tuple[str, str]]().union(
            *(held.get(near, ()) for near in window)
        )
    version = versions.of_statements(*mart_statements.of(source))
    hashes = {
        month: digest(
            shared,
            version,
            *sorted(map(str, found)),
            *_replacing(own, {lake_month for _, lake_month in found}),
        )
        for month, found in files.items()
    }
    return MartInputs(source, version, files, hashes)


def _linked(imports: list[ImportRecord]) -> dict[str, set[str]]:
    """Return, by month, the months that hold versions of the same keys."""
    linked: dict[str, set[str]] = {}
    for record in imports:
        for month, other in _moved(record, imports):
            linked.setdefault(month, set()).add(other)
            linked.setdefault(other, set()).add(month)
    return linked


def _moved(record: ImportRecord, imports: list[ImportRecord]) -> list[tuple[str, str]]:
    """Return the pairs of months in which an import and others hold the same key.

    Imports of the first version of this product do not say: it may be any pair.
    """
    if "moved_months" in record:
        return [(month, other) for month, other in record["moved_months"]]
    held = {month for other in imports for month in other["months"]}
    return [(month, other) for month in record["months"] for other in held - {month}]


def _replacing(imports: list[ImportRecord], months: Collection[str]) -> list[str]:
    """Return the editions that replace all older rows of some months of the lake.

    The id of an edition stands for its refused rows too, which it does not replace.
    """
    return [
        f"{record['import_id']} {record['covers_from']} {record['covers_to']}"
        for record in replacing(imports, months)
    ]


def replacing(
    imports: list[ImportRecord], months: Collection[str]
) -> list[ImportRecord]:
    """Return the editions that replace all older rows of some months of the lake."""
    return [
        record
        for record in imports
        if lake.retires(record) and any(lake.covers(record, month) for month in months)
    ]


def _mart_months(held: dict[str, set[tuple[str, str]]], later: int) -> list[str]:
    months = {
        _month(periods.add_months(_first(month), -back))
        for month in held
        for back in range(later + 1)
    }
    return sorted(months)


def _window(month: str, later_months: int) -> set[str]:
    return {
        _month(periods.add_months(_first(month), later))
        for later in range(later_months + 1)
    }


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _month(first: date) -> str:
    return f"{first:%Y-%m}"
