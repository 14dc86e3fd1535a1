"""What a row of each source must be: `data/contracts/<source>.toml`.

A contract lists every column that may enter the lake, with its type, and the rules
between columns. A rule *refuses* a row only where it cannot be typed, identified or
placed in time; every other rule *flags* it: the row is kept and counted, the faulty
value is not used.
"""

import hashlib
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import get_args, get_origin

from kpis import settings
from kpis.definitions import expressions
from kpis.errors import UserError, unknown

TYPES = {
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
REFERENCES = ("bocu", "site", "facility", "area", "question", "kpi")
# how long one row stands for, where it is more than the day of its event
STANDS_FOR = {"month": "month", "financial_year": "year"}
NUMBERS = ("int", "decimal")


@dataclass(frozen=True)
class Column:
    """One column that may enter the lake.

    A number below `least` is flagged and not used.
    """

    name: str
    type: str
    says: str
    required: bool = False
    values: tuple[str, ...] = ()
    reference: str = ""
    least: int | None = None


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
    otherwise: str
    says: str
    unusable: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    only_where_asked: bool = False


@dataclass(frozen=True)
class Contract:
    """All that is asked of one source."""

    source: str
    title: str
    grain: str
    key: tuple[str, ...]
    happened: str
    area: str
    columns: dict[str, Column]
    rules: tuple[Rule, ...] = ()
    digest: str = field(default="", repr=False)

    @property
    def stands_for(self) -> str:
        """Return how long one row stands for: "day", "month" or "year" (financial)."""
        return STANDS_FOR.get(self.columns[self.happened].type, "day")


@cache
def load_all() -> dict[str, Contract]:
    """Return every contract by source; UserError names all that is wrong in one."""
    paths = sorted(settings.CONTRACTS.glob("*.toml"))
    return {path.stem: _load(path) for path in paths}


def load(source: str) -> Contract:
    """Return the contract of a source; UserError with the nearest name if none."""
    contracts = load_all()
    if source not in contracts:
        raise UserError(unknown("source", source, contracts))
    return contracts[source]


def read_toml(path: Path) -> dict:
    """Return a TOML file's content; UserError with its line if it is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}.") from None


def build(kind: type, values: dict, where: str, **own):
    """Make a dataclass from TOML keys and from `own`, which no file may set.

    Raises UserError for unknown and missing keys and for values of another type.
    """
    if not isinstance(values, dict):
        raise UserError(f"{where}: write {{ key = value }}, not {values!r}.")
    given = {one.name: one for one in fields(kind) if one.name not in own}
    for key, value in values.items():
        if key not in given:
            raise UserError(f"{where}: {unknown('key', key, given)}")
        if not _is_of(value, given[key].type):
            raise UserError(
                f"{where}: {key} = {value!r} must be {_described(given[key].type)}."
            )
    frozen = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    try:
        return kind(**frozen, **own)
    except TypeError as error:
        missing = str(error).split("missing", 1)[-1]
        raise UserError(f"{where}: missing{missing}.") from None


def _is_of(value, kind) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return isinstance(value, list) and all(_is_of(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            _is_of(one, inner[1]) for one in value.values()
        )
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _described(kind) -> str:
    if get_origin(kind) is tuple:
        return 'a list of texts, such as ["a", "b"]'
    if get_origin(kind) is dict:
        return 'a table of texts, such as { given = "meant" }'
    return {str: "a text in quotes", bool: "true or false", int: "a whole number"}.get(
        kind, "a text, a number, true or false"
    )


def _load(path: Path) -> Contract:
    raw = read_toml(path)
    columns = {
        name: build(Column, column, f"{path.name}, column {name}", name=name)
        for name, column in raw.pop("columns", {}).items()
    }
    rules = tuple(
        build(Rule, rule, f"{path.name}, rule {rule.get('name')}")
        for rule in raw.pop("rules", [])
    )
    contract = build(
        Contract,
        raw,
        path.name,
        source=path.stem,
        columns=columns,
        rules=rules,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    _check(contract, path.name)
    return contract


def _check(contract: Contract, file: str) -> None:
    for column in contract.columns.values():
        _check_column(column, f"{file}, column {column.name}")
    for name in (*contract.key, contract.happened, contract.area):
        if name not in contract.columns:
            raise UserError(f"{file}: {unknown('column', name, contract.columns)}")
    for name in (*contract.key, contract.happened):
        if not contract.columns[name].required:
            raise UserError(f"{file}, column {name}: a part of the key is required.")
    for rule in contract.rules:
        _check_rule(rule, contract, f"{file}, rule {rule.name}")


def _check_column(column: Column, where: str) -> None:
    if column.type not in TYPES:
        raise UserError(f"{where}: {unknown('type', column.type, TYPES)}")
    if column.type == "code" and column.reference not in REFERENCES:
        raise UserError(
            f"{where}: {unknown('reference', column.reference, REFERENCES)}"
        )
    if column.least is not None and column.type not in NUMBERS:
        raise UserError(f"{where}: only a number (int, decimal) has a least.")


def _check_rule(rule: Rule, contract: Contract, where: str) -> None:
    expressions.check(rule.holds, contract.columns, where)
    if rule.otherwise not in ("refuse", "flag"):
        choices = unknown("action", rule.otherwise, ("refuse", "flag"))
        raise UserError(f"{where}: {choices}")
    for name in (*rule.unusable, *rule.may_lack):
        if name not in contract.columns:
            raise UserError(f"{where}: {unknown('column', name, contract.columns)}")


def in_words(source: str) -> str:
    """Return a source's name in a sentence: "patrol hours" for patrol_monthly."""
    contract = load_all().get(source)
    return contract.title[0].lower() + contract.title[1:] if contract else source
