"""Which days and areas a file holds, and so what it covers."""

import pandas as pd

from kpis import settings
from kpis.definitions import Contract, mappings, reference_tables
from kpis.ingest import covered_days
from kpis.ingest.covered_days import Covered, Hole
from kpis.ingest.judged_rows import JudgedRows
from kpis.warehouse import Warehouse, fill, identifier


def covered(judged: JudgedRows, db: Warehouse) -> Covered:
    """Return what a file covers: as a person says, or as its name and rows say.

    What a person says stands, whatever the rows are. A mended quarantine file covers
    nothing by itself: the file it came from does.
    """
    identity = judged.identity
    is_mended = mappings.QUARANTINE_COLUMNS[0] in judged.records.header
    if is_mended or identity.is_covered_surely:
        return Covered(identity.covers)
    contract = judged.file.contract
    rows = _rows(judged, db)
    by_area = rows.groupby(["on_date", "area"], dropna=False)["row_count"].sum()
    found = covered_days.of_rows(
        by_area.reset_index(), contract, judged.extracted_at, identity.covers
    )
    if found.days is None:
        return found
    lacking = [Hole(code, *found.days) for code in _lacking(judged, rows)]
    return Covered(found.days, (*found.holes, *lacking))


def _rows(judged: JudgedRows, db: Warehouse) -> pd.DataFrame:
    """Return on_date, area, borough and row_count of every row with a day."""
    contract = judged.file.contract
    borough = _borough_column(contract)
    statement = fill(
        "import/rows_by_day",
        staged=judged.staged.sql,
        happened=identifier(contract.happened),
        area=identifier(contract.area),
        borough=identifier(borough) if borough else "null::varchar",
    )
    return db.query(statement)


def _lacking(judged: JudgedRows, rows: pd.DataFrame) -> list[str]:
    """Return the boroughs that a file for the whole force lacks."""
    file = judged.file
    if file.mapping.covers.areas != "all" or not _borough_column(file.contract):
        return []
    if file.contract.regularity == "any_day":
        return []
    boroughs = reference_tables.table("bocu", file.data_dir)["bocu_code"]
    by_borough = rows.groupby("borough")["row_count"].sum().reset_index()
    return covered_days.without_boroughs(
        by_borough.rename(columns={"borough": "area"}),
        frozenset(boroughs) - {settings.FORCE},
        file.contract,
    )


def _borough_column(contract: Contract) -> str | None:
    """Return the column that names a row's borough, if the source has one."""
    found = [
        name
        for name, column in contract.columns.items()
        if column.reference in ("bocu", "area")
    ]
    return contract.area if contract.area in found else next(iter(found), None)
