"""Refused keys: what could be read of the rows that an import refused.

A small Parquet file next to the import's rows, one row for each refused row: `line`,
`month` (YYYY-MM), `area_code`, `places` (all codes of places) and `key` (a struct of
the contract's key columns), null where it could not be read. A newer edition does not
retire rows that it holds and that were refused, and a figure says how many of its rows
are missing.
"""

from pathlib import Path

from kpis import warehouse
from kpis.definitions import Contract
from kpis.ingest.accounts import AccountedRows
from kpis.warehouse import Warehouse, fill, identifier, literal

FILE_NAME = "refused.parquet"


def forget_before(file: Path, first: str, temporary: Path) -> None:
    """Remove rows of months before `first` (YYYY-MM); those without a month stay."""
    db = warehouse.of_files()
    parts = {"file": warehouse.file(file)}
    if not db.tuples(fill("faulty/refused_before", **parts), [first])[0][0]:
        return
    kept = temporary / FILE_NAME
    parts |= {"first": literal(first), "target": literal(str(kept))}
    db.run(fill("faulty/refused_since", **parts))
    kept.replace(file)


def places(contract: Contract, table: str = "") -> str:
    """Return SQL for the list of the places that a row, of a `table`, names."""
    of_table = f"{identifier(table)}." if table else ""
    named = ", ".join(of_table + identifier(name) for name in contract.places)
    return f"list_distinct(list_filter([{named}]::varchar[], lambda p: p is not null))"


def write_refused(accounted: AccountedRows, db: Warehouse) -> None:
    """Write what is known of refused rows into the temporary directory, if any were."""
    record, judged = accounted.record, accounted.judged
    if not record["quarantined"]:
        return
    contract = judged.file.contract
    key = (f"{identifier(name)} := {identifier(name)}" for name in contract.key)
    statement = fill(
        "import/refused",
        import_id=literal(record["import_id"]),
        happened=identifier(contract.happened),
        area=identifier(contract.area),
        places=places(contract),
        key=", ".join(key),
        staged=judged.staged.sql,
        repeated=warehouse.text("import/refused_for_their_key"),
        target=literal(str(judged.file.temporary / FILE_NAME)),
    )
    db.run(statement)
