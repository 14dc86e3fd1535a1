"""Sources: what the mart of each contract is, and which marts are made of others.

A source is a contract, a mapping and a mart: `sql/marts/<source>.sql`, one select from
`current_<source>`. The first column of a mart names the row, the second is its day; the
contract says what else must be known. A mart that is made of another mart has a TOML
header and no contract.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kpis import settings
from kpis.definitions import contracts, reference_contracts, trial, typed_toml
from kpis.definitions.contracts import Contract
from kpis.errors import UserError, refuse, unknown
from kpis.warehouse import StatementError, Warehouse

TEXT, DAY = "VARCHAR", "DATE"
# they lead from a row to its file and line
KEPT = ("import_id", "line")


@dataclass(frozen=True)
class Made:
    """The header of a mart that has no contract: which mart's rows it is about.

    A month of it is made of that mart's months from `months_before` it to
    `months_after` it.
    """

    made_of: str
    months_before: int = 0
    months_after: int = 0


@dataclass(frozen=True)
class Mart:
    """A mart: its columns and their DuckDB types, and what its months are made of.

    `later_months` is how many months after its own the lake may keep a row; a mart that
    `is_whole` is not kept by month.
    """

    name: str
    columns: dict[str, str]
    later_months: int = 0
    is_whole: bool = False
    made_of: str = ""
    months_before: int = 0
    months_after: int = 0

    @property
    def ref(self) -> str:
        """Return the column that names a row."""
        return list(self.columns)[0]

    @property
    def on_date(self) -> str:
        """Return the column that says on which day a row counts."""
        return list(self.columns)[1]


def names() -> list[str]:
    """Return the names of all marts, without reading them."""
    return sorted(path.stem for path in (settings.SQL / "marts").glob("*.sql"))


def mart(name: str) -> Mart:
    """Return one mart; UserError with the nearest name if there is none."""
    known = marts()
    if name not in known:
        raise UserError(unknown("mart", name, known))
    return known[name]


@cache
def marts() -> dict[str, Mart]:
    """Return every mart by name: those of sources, then those made of other marts.

    Raises UserError for a contract without a mart, a mart without a contract, and a
    select that cannot run or does not begin with name and day of the row.
    """
    with trial.without_rows() as db:
        return _made_in(db)


@contextmanager
def without_rows() -> Iterator[Warehouse]:
    """Open a warehouse that has the tables and marts of a build, without a row.

    Raises UserError as `marts` does.
    """
    with trial.without_rows() as db:
        _made_in(db)
        yield db


def _made_in(db: Warehouse) -> dict[str, Mart]:
    """Make a view of every mart and return what they are."""
    known = contracts.load_all()
    found: dict[str, Mart] = {}
    faults = list(_missing(known))
    for name in sorted(names(), key=lambda name: (name not in known, name)):
        try:
            if name in known:
                found[name] = _of_source(db, known[name])
            elif (made := _made(name, known)).made_of in found:
                found[name] = _of_mart(db, name, made)
        except UserError as error:
            faults.append(str(error))
    refuse(faults)
    return found


def _missing(known: dict[str, Contract]) -> Iterator[str]:
    for source in known:
        if not _path(source).exists():
            yield (
                f"{source}.toml is a contract without a mart: write the statement "
                f"sql/marts/{source}.sql over current_{source}. Its first column names "
                "the row, its second is the day of the row."
            )


def _path(name: str) -> Path:
    return settings.SQL / "marts" / f"{name}.sql"


def _text(name: str) -> str:
    return _path(name).read_text(encoding="utf-8")


def _of_source(db: Warehouse, contract: Contract) -> Mart:
    name = contract.source
    columns = _tried(db, name, _text(name), contract)
    refuse(_column_faults(columns, name, KEPT))
    refuse(_row_faults(db, columns, contract))
    return Mart(name, columns, contract.may_be_months_earlier, contract.made_as_a_whole)


def _of_mart(db: Warehouse, name: str, made: Made) -> Mart:
    columns = _tried(db, name, typed_toml.read_header(_path(name))[1], made.made_of)
    refuse(_column_faults(columns, name, ()))
    return Mart(name, columns, **vars(made))


def _made(name: str, known: dict[str, Contract]) -> Made:
    """Return what the header of a mart without a contract says."""
    path = _path(name)
    if not typed_toml.HEADER.fullmatch(path.read_text(encoding="utf-8")):
        raise UserError(
            f"sql/marts/{name}.sql is a mart without a contract: write "
            f"data/contracts/{name}.toml, or say in a header of the file which mart it "
            'is made of: /* made_of = "calls" */.'
        )

    def check(made: Made, file: str) -> Iterator[str]:
        if made.made_of and made.made_of not in known:
            yield f"{file}: made_of: {unknown('source', made.made_of, known)}"

    return typed_toml.build(Made, typed_toml.read_header(path)[0], path.name, check)


def _tried(
    db: Warehouse, name: str, sql: str, rows_of: Contract | str
) -> dict[str, str]:
    try:
        return trial.add_mart(db, name, sql, rows_of)
    except StatementError as error:
        own = rows_of if isinstance(rows_of, str) else f"current_{name}"
        there = [own, *reference_contracts.tables()]
        reason = trial.reason(error, there, f"It reads {own}.")
        raise UserError(f"sql/marts/{name}.sql: {reason}") from None


def _row_faults(
    db: Warehouse, columns: dict[str, str], contract: Contract
) -> Iterator[str]:
    """Say what a mart loses of a row that has only its required columns."""
    file = f"sql/marts/{contract.source}.sql"
    ref, day, *_ = columns
    try:
        rows = trial.beginnings(db, (ref, day), _text(contract.source), contract)
    except StatementError:
        # it reads more out of a text than a made-up row has
        return
    if len(rows) != 1:
        became = f"becomes {len(rows)}" if rows else "is lost"
        yield (
            f"{file}: a row that has only its required columns {became}. A mart has "
            f"one row for each row of current_{contract.source}."
        )
        return
    named, counted = rows[0]
    lacks = "is empty in a row that has only its required columns"
    if named is None:
        yield (
            f"{file}: the first column, {ref}, {lacks}. Every row has a name: make it "
            f"of {' and '.join(contract.key)}."
        )
    if counted is None:
        yield (
            f"{file}: the second column, {day}, {lacks}. Every row has a day: use a "
            f"column that is never empty, such as {contract.happened}."
        )


def _column_faults(
    columns: dict[str, str], name: str, kept: tuple[str, ...]
) -> Iterator[str]:
    begin = [*columns.items(), ("missing", ""), ("missing", "")]
    for place, wanted, says, (column, kind) in (
        ("first", TEXT, "a text that names the row", begin[0]),
        ("second", DAY, "the day of the row, a date", begin[1]),
    ):
        if kind != wanted:
            given = f"{column} ({kind.lower()})" if kind else column
            yield (
                f"sql/marts/{name}.sql: the {place} column is {given}; it must be "
                f"{says}."
            )
    for column in kept:
        if column not in columns:
            yield (
                f"sql/marts/{name}.sql: the column {column} is missing; it leads to "
                "file and line."
            )
