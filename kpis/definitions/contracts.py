"""What a row of each source must be: `data/contracts/<source>.toml`.

A contract lists every column that may enter the lake, with its type, and the rules
between columns. A rule *refuses* a row only where it cannot be typed, identified or
placed in time; every other rule *flags* it: the row is kept and counted, the faulty
value is not used.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from kpis import settings
from kpis.definitions import expressions, typed_toml
from kpis.definitions.typed_toml import BY_PROGRAM
from kpis.errors import UserError, refuse, unknown

Type = Literal[
    "id", "text", "code", "enum", "caller", "instant", "date", "month",
    "financial_year", "int", "decimal", "bool",
]  # fmt: skip
# what a code is looked up in; empty for columns of other types
Reference = Literal["", "bocu", "site", "facility", "area", "question", "kpi"]
TYPES: dict[str, str] = {
    "id": "varchar",
    "text": "varchar",
    "code": "varchar",
    "enum": "varchar",
    "caller": "varchar",
    "instant": "timestamptz",
    "date": "date",
    "month": "date",
    "financial_year": "date",
    "int": "bigint",
    "decimal": "decimal(18, 6)",
    "bool": "boolean",
}
OF_EVERY_ROW = {
    "import_id": "varchar",
    "line": "bigint",
    "extracted_at": "timestamptz",
    "flags": 'struct("rule" varchar, "column" varchar, "value" varchar)[]',
}
# how long one row stands for, where it is more than the day of its event
STANDS_FOR = {"month": "month", "financial_year": "year"}
NUMBERS = ("int", "decimal")
TIMES = ("instant", "date", "month", "financial_year")
PLACES = ("bocu", "site", "facility", "area")
# what is wrong with a row is kept as the bits of a whole number
MOST_FAULTS = 62


@dataclass(frozen=True)
class Column:
    """One column that may enter the lake.

    A number below `least` is flagged and not used. `in_unit_of` names the column with
    the indicator in whose unit a finished figure is.
    """

    name: str = field(metadata=BY_PROGRAM)
    type: Type
    says: str
    required: bool = False
    values: tuple[str, ...] = ()
    reference: Reference = ""
    least: int | None = None
    in_unit_of: str = ""

    @property
    def is_place(self) -> bool:
        """Whether it names a place, so that a row can be placed by it."""
        return self.reference in ("bocu", "site", "facility", "area")


@dataclass(frozen=True)
class Rule:
    """A claim between columns that holds, or is unknown, in a good row.

    Where it fails the row is refused or flagged, and the columns in `unusable`
    are emptied. It is asked of exports that have all its columns; those in `may_lack`
    count as empty where an export has them not. With `only_where_asked` it binds only
    under mappings that ask for it.
    """

    name: str
    holds: str
    otherwise: Literal["refuse", "flag"]
    says: str
    unusable: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    only_where_asked: bool = False


@dataclass(frozen=True)
class Contract:
    """All that is asked of one source, and what must be known of it.

    `may_be_months_earlier`: a row may count in a month up to so many before that of
    `happened`. `made_as_a_whole`: its mart is small, and is not kept by month.
    `is_survey`: a period without an answer was not asked. `moves_with_control_room`: a
    borough's rows are another measure from the day on which another control room serves
    it. `title_is_singular`: "finance has", not "have". `regularity`: whether every day
    has rows, or every day but holidays, so that a day without any looks empty.
    """

    source: str = field(metadata=BY_PROGRAM)
    title: str
    grain: str
    key: tuple[str, ...]
    happened: str
    area: str
    columns: dict[str, Column]
    rules: tuple[Rule, ...] = ()
    may_be_months_earlier: int = 0
    made_as_a_whole: bool = False
    is_survey: bool = False
    moves_with_control_room: bool = False
    title_is_singular: bool = False
    regularity: Literal["every_day", "working_days", "any_day"] = "working_days"
    digest: str = field(default="", repr=False, metadata=BY_PROGRAM)

    @property
    def stands_for(self) -> str:
        """Return how long one row stands for: "day", "month" or "year" (financial)."""
        return STANDS_FOR.get(self.columns[self.happened].type, "day")

    @property
    def places(self) -> list[str]:
        """Return the columns that name a place: a borough, a site, a counter."""
        return [name for name, column in self.columns.items() if column.is_place]

    @property
    def lake_columns(self) -> dict[str, str]:
        """Return the columns of a row in the lake, with their DuckDB types."""
        own = {name: TYPES[column.type] for name, column in self.columns.items()}
        return own | OF_EVERY_ROW


@cache
def load_all() -> dict[str, Contract]:
    """Return every contract by source; UserError names all that is wrong in all."""
    known = typed_toml.each(sorted(settings.CONTRACTS.glob("*.toml")), _load)
    refuse(_shared_names(known))
    return known


def load(source: str) -> Contract:
    """Return the contract of a source; UserError with the nearest name if none."""
    contracts = load_all()
    if source not in contracts:
        raise UserError(unknown("source", source, contracts))
    return contracts[source]


def _load(path: Path) -> Contract:
    return typed_toml.build(
        Contract,
        typed_toml.read(path),
        path.name,
        _faults,
        source=path.stem,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _shared_names(known: dict[str, Contract]) -> Iterator[str]:
    """Say which rules of different contracts have the same name."""
    owner: dict[str, str] = {}
    for source, contract in known.items():
        for name in dict.fromkeys(rule.name for rule in contract.rules):
            first = owner.setdefault(name, source)
            if first != source:
                yield (
                    f"{source}.toml: {first}.toml has a rule {name} already. Choose "
                    "another name: it stands for the rule in accounts and downloads."
                )


def _faults(contract: Contract, file: str) -> Iterator[str]:
    columns = contract.columns
    for column in columns.values():
        for fault in _column_faults(column):
            yield f"{file}, column {column.name}: {fault}"
    if not contract.key:
        yield f"{file}: key: names no column. Name those that tell rows apart."
    named = (*contract.key, contract.happened, contract.area)
    units = (column.in_unit_of for column in columns.values())
    for name in filter(None, dict.fromkeys(units)):
        if name not in columns or columns[name].reference != "kpi":
            yield f"{file}: in_unit_of names the column of the indicator, not '{name}'."
    for name in filter(None, dict.fromkeys(named)):
        if name not in columns:
            yield f"{file}: {unknown('column', name, columns)}"
        elif name in (*contract.key, contract.happened) and not columns[name].required:
            yield f"{file}, column {name}: a part of the key is required."
    happened = columns.get(contract.happened)
    if happened and happened.type not in ("", *TIMES):
        yield f"{file}, column {happened.name}: what says when must be a time or a day."
    area = columns.get(contract.area)
    if area and area.type and not (area.type == "code" and area.reference in PLACES):
        yield (
            f"{file}, column {area.name}: what says where must be a code of a place, "
            "with reference bocu, site, facility or area."
        )
    if contract.may_be_months_earlier < 0:
        yield f"{file}: may_be_months_earlier cannot be negative."
    if (count := len(columns) + len(contract.rules)) > MOST_FAULTS:
        yield f"{file}: it has {count} columns and rules; there can be {MOST_FAULTS}."
    yield from _rules_faults(contract, file)


def _rules_faults(contract: Contract, file: str) -> Iterator[str]:
    columns, names = contract.columns, [rule.name for rule in contract.rules]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield f"{file}: two rules are named {name}."
    readable: dict[str, str] = {}
    identity = (*contract.key, contract.happened)
    for rule in contract.rules:
        where = f"{file}, rule {rule.name}"
        faults = list(_rule_faults(rule, columns, where))
        yield from faults
        for name in set(rule.unusable).intersection(identity):
            yield f"{where}: {name} says which row it is, and cannot be emptied."
        if rule.holds and not faults:
            readable[rule.name] = rule.holds
    # a column whose type is wrong has none
    if all(column.type for column in columns.values()):
        types = {name: TYPES[column.type] for name, column in columns.items()}
        for name, fault in expressions.truth_faults(readable, types):
            yield f"{file}, rule {name}: `{readable[name]}` {fault}"


def _column_faults(column: Column) -> Iterator[str]:
    if column.type == "code" and not column.reference:
        yield "a code needs a reference: what it is the code of."
    if column.type == "enum" and not column.values:
        yield "an enum needs values: the words that it may be."
    if column.least is not None and column.type not in NUMBERS:
        yield "only a number (int, decimal) has a least."
    if column.name in OF_EVERY_ROW:
        yield "every row has a column of this name already. Choose another."


def _rule_faults(rule: Rule, columns: dict[str, Column], where: str) -> Iterator[str]:
    if rule.holds:
        yield from _holds_faults(rule.holds, columns, where)
    for name in (*rule.unusable, *rule.may_lack):
        if name not in columns:
            yield f"{where}: {unknown('column', name, columns)}"


def _holds_faults(holds: str, columns: dict[str, Column], where: str) -> Iterator[str]:
    try:
        used = expressions.check(holds, columns, where)
    except UserError as error:
        yield str(error)
        return
    if not used:
        yield f"{where}: `{holds}` names no column, so it says nothing about a row."


def in_words(source: str) -> str:
    """Return a source's name in a sentence: "patrol hours" for patrol_monthly."""
    contract = load_all().get(source)
    return contract.title[0].lower() + contract.title[1:] if contract else source


def that_say(key: str) -> frozenset[str]:
    """Return the sources whose contract says that a key is true: "is_survey"."""
    return frozenset(
        source for source, contract in load_all().items() if getattr(contract, key)
    )
