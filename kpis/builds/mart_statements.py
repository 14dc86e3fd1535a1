"""The statements that make a mart, filled in.

The same functions give the statements that are run and those that a version is made
of, so a version changes exactly when what is run changes.
"""

from collections.abc import Iterable
from pathlib import Path

from kpis import warehouse
from kpis.definitions import contracts, sources
from kpis.ingest import current_rows
from kpis.warehouse import fill, identifier, literal, literals

# stands for the files and the place of one run in the statements of a version
ANY = Path("any")
ANY_MONTH = "2000-01"


def of(name: str) -> list[str]:
    """Return the statements that make a month of a mart, for any files."""
    if sources.mart(name).made_of:
        rows = [rows_of_mart(name, [ANY])]
    else:
        rows = [
            rows_of_source(name, [ANY], may_repeat, refused)
            for may_repeat, refused in ((True, [ANY]), (True, []), (False, []))
        ]
    return [copy(name, clause, [ANY_MONTH], ANY) for clause in rows]


def rows_of_source(
    source: str, files: Iterable[Path], may_repeat: bool, refused: Iterable[Path]
) -> str:
    """Return the `with` clause of a source's current rows among some files.

    Where no key can occur twice, every row is current. `refused` are the files of
    refused rows of editions that replace their period.
    """
    contract = contracts.load(source)
    return current_rows.statement(contract, files, may_repeat, refused)


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
