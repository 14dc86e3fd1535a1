"""A trial: every table and mart without a row, so that a statement is tried unrun."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kpis import warehouse
from kpis.definitions import expressions, reference_contracts
from kpis.definitions.contracts import OF_EVERY_ROW, Contract
from kpis.errors import nearest
from kpis.warehouse import StatementError, Warehouse, fill, identifier

# what a build has beside its reference tables, and statements may read
TABLES = (
    "cube/answers",
    "cube/resident_spans",
    "cube/area_parts",
    "definitions/create_areas",
    "definitions/create_imports",
    "definitions/create_kpis",
)


@contextmanager
def without_rows() -> Iterator[Warehouse]:
    """Open a warehouse that has the tables of a build, typed and empty.

    It is a file, because statements name the file's catalog: `cube.facility`.
    """
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        db = warehouse.writer(place / "spill", str(place / "cube.duckdb"))
        try:
            for name, table in reference_contracts.tables().items():
                db.add_frame(name, reference_contracts.frame(table, []))
            for name in TABLES:
                db.run(warehouse.text(name))
            yield db
        finally:
            db.close()


def add_mart(
    db: Warehouse, name: str, sql: str, rows_of: Contract | str
) -> dict[str, str]:
    """Make the view `mart_<name>` and return its columns with their DuckDB types.

    `rows_of` is the contract whose current rows the select reads, or the mart that it
    is made of. Raises StatementError for a select that cannot run.
    """
    view = f"mart_{name}"
    db.run(
        fill(
            "definitions/mart_view",
            name=identifier(view),
            rows=_rows_of_mart(rows_of) if isinstance(rows_of, str) else _rows(rows_of),
            mart=sql,
        )
    )
    return dict(db.tuples(warehouse.text("definitions/columns"), [view]))


def _rows(contract: Contract) -> str:
    """Return the `with` clause of a source's current rows, of which there are none."""
    columns = ", ".join(
        f"null::{kind} as {identifier(name)}"
        for name, kind in contract.lake_columns.items()
    )
    return _current(contract, fill("staging/no_rows", columns=columns))


def _current(contract: Contract, rows: str) -> str:
    return fill(
        "staging/all_current",
        current=identifier(f"current_{contract.source}"),
        lake_rows=rows,
    )


def _rows_of_mart(mart: str) -> str:
    rows = fill(
        "results/measured_mart",
        mart=identifier(mart),
        view=identifier(f"mart_{mart}"),
        condition="true",
    )
    return f"with {rows}"


def beginnings(
    db: Warehouse, mart: tuple[str, str], sql: str, contract: Contract
) -> list[tuple]:
    """Return name and day of each row that a mart makes of one row of its source.

    That row has only the columns that the contract requires. `mart` has the names of
    the mart's first two columns. Raises StatementError for a select that cannot read
    the row's values.
    """
    required = {name for name, one in contract.columns.items() if one.required}
    given = required | OF_EVERY_ROW.keys()
    # nothing is wrong in the row, so it has no flags
    values = {
        name: expressions.SAMPLES.get(kind, "null") if name in given else "null"
        for name, kind in contract.lake_columns.items()
    }
    columns = ", ".join(
        f"{values[name]}::{kind} as {identifier(name)}"
        for name, kind in contract.lake_columns.items()
    )
    row = fill("definitions/one_row", columns=columns)
    ref, day = map(identifier, mart)
    statement = fill(
        "definitions/begin_of_rows", rows=_current(contract, row), ref=ref, day=day,
        mart=sql,
    )  # fmt: skip
    return db.tuples(statement)


def reason(error: StatementError, there: Sequence[str], remedy: str) -> str:
    """Return what is wrong with a statement that cannot run, in one or two sentences.

    `there` are the tables that it may read. `remedy` is said of a table that is not
    there and resembles none of them.
    """
    name = error.unknown_table
    if not name:
        return error.reason
    near = [one for one in there if name in one]
    says = nearest(name, near or there) or remedy
    return f"There is no table '{name}'. {says}"
