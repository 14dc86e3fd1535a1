"""The statements that make a mart, filled in.

The same functions give the statements that are run and those that a version is made
of, so a version changes exactly when what is run changes.
"""

from collections.abc import Iterable
from pathlib import Path

from kpis import warehouse
from kpis.definitions import contracts, sources
from kpis.warehouse import fill, identifier, literal, literals

# stands for the files and the place of one run in the statements of a version
ANY = Path("any")
ANY_MONTH = "2000-01"


def of(name: str) -> list[str]:
    """Return the statements that make a month of a mart, for any files."""
    if sources.mart(name).made_of:
        rows = [rows_of_mart(name, [ANY])]
    else:
        rows = [current_rows(name, [ANY], may_repeat) for may_repeat in (True, False)]
    return [copy(name, clause, [ANY_MONTH], ANY) for clause in rows]


def current_rows(source: str, files: Iterable[Path], may_repeat: bool) -> str:
    """Return the `with` clause of a source's current rows among some files.

    Where no key can occur twice, every row is current.
    """
    contract = contracts.load(source)
    types = contract.lake_columns
    columns = ", ".join(
        f"null::{kind} as {identifier(name)}" for name, kind in types.items()
    )
    # today's columns, because a file may be older than one of them
    lake_rows = fill("staging/no_rows", columns=columns)
    listed = warehouse.files(files)
    if listed:
        names = ", ".join(identifier(name) for name in types)
        lake_rows = fill("staging/lake", names=names, no_rows=lake_rows, files=listed)
    return fill(
        "staging/current" if may_repeat else "staging/all_current",
        lake_rows=lake_rows,
        current=identifier(f"current_{source}"),
        happened=identifier(contract.happened),
        area=identifier(contract.area),
        key=", ".join(identifier(name) for name in contract.key),
    )


def rows_of_mart(name: str, files: Iterable[Path]) -> str:
    """Return the `with` clause of the rows of the mart that a mart is made of."""
    other = sources.mart(name).made_of
    return fill("staging/mart", mart=identifier(other), files=warehouse.files(files))


def copy(
    name: str, rows: str, months: list[str], place: Path, condition: str = ""
) -> str:
    """Return the statement that writes some months of a mart's select over `rows`.

    One month goes into the file `place`, several into a directory with one folder
    each. `condition` replaces the one that keeps to these months.
    """
    month_of = f"strftime({identifier(sources.mart(name).on_date)}, '%Y-%m')"
    return fill(
        "cube/mart" if len(months) == 1 else "cube/mart_months",
        current=rows,
        mart=warehouse.text(f"marts/{name}"),
        month=month_of,
        condition=condition or f"{month_of} in ({literals(months)})",
        target=literal(str(place)),
    )
