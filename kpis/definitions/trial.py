"""A trial: every table and mart without a row, so that a statement is tried unrun."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kpis import warehouse
from kpis.definitions import reference_contracts
from kpis.definitions.contracts import Contract
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
    return fill(
        "staging/all_current",
        current=identifier(f"current_{contract.source}"),
        lake_rows=fill("staging/no_rows", columns=columns),
    )


def _rows_of_mart(mart: str) -> str:
    rows = fill(
        "results/measured_mart",
        mart=identifier(mart),
        view=identifier(f"mart_{mart}"),
        condition="true",
    )
    return f"with {rows}"


def reason(error: StatementError) -> str:
    """Return what DuckDB says against a statement, in one line with a full stop."""
    said = " ".join(str(error).split("\n\n")[0].split())
    return said if said.endswith("?") else f"{said.rstrip('.!')}."
