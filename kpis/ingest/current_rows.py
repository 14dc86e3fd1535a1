"""Current rows: which rows of a source count, among some files of the lake.

Per key it is the one of the newest edition. Rows of its period that an edition which
replaces it does not hold are retired. It is a pure function of the files and of the
imports that count, decided in `sql/staging/current.sql`.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from kpis import warehouse
from kpis.definitions import Contract
from kpis.ingest import lake
from kpis.ingest.lake import ImportRecord
from kpis.warehouse import fill, identifier


def statement(
    contract: Contract,
    files: Iterable[Path],
    may_repeat: bool,
    refused: Iterable[Path],
    keys: str = "",
) -> str:
    """Return the `with` clause that ends in the current rows, `current_<source>`.

    It reads the table `imports` (see `imports_frame`). Where no key can occur twice,
    every row is current. `refused` are the files of refused rows of editions that
    replace their period. With `keys`, a table of keys, it is about these alone.
    """
    key = [identifier(name) for name in contract.key]
    key_of_lake_row = ", ".join(f"{name} := lake.{name}" for name in key)
    refused_rows = fill("staging/none_refused", key=key_of_lake_row)
    listed = warehouse.files(refused)
    if listed:
        refused_rows = fill("staging/refused", files=listed)
    lake_rows = _lake_rows(contract.lake_columns, files)
    if keys:
        parts = {"keys": identifier(keys), "key": ", ".join(key)}
        lake_rows = fill("staging/of_keys", lake_rows=lake_rows, **parts)
    return fill(
        "staging/current" if may_repeat else "staging/all_current",
        lake_rows=lake_rows,
        refused=refused_rows,
        current=identifier(f"current_{contract.source}"),
        happened=identifier(contract.happened),
        area=identifier(contract.area),
        key=", ".join(key),
        key_of_lake_row=key_of_lake_row,
    )


def _lake_rows(types: dict[str, str], files: Iterable[Path]) -> str:
    columns = ", ".join(
        f"null::{kind} as {identifier(name)}" for name, kind in types.items()
    )
    # today's columns, because a file may be older than one of them
    no_rows = fill("staging/no_rows", columns=columns)
    listed = warehouse.files(files)
    if not listed:
        return no_rows
    names = ", ".join(identifier(name) for name in types)
    return fill("staging/lake", names=names, no_rows=no_rows, files=listed)


def imports_frame(imports: list[ImportRecord]) -> pd.DataFrame:
    """Return imports as the table that decides which rows are current."""
    columns = {
        "import_id": "str", "source": "str", "mapping": "str", "file": "str",
        "replaces": "str", "extracted_at": "datetime64[us, UTC]",
        "covers_from": "datetime64[us]", "covers_to": "datetime64[us]",
    }  # fmt: skip
    records = [
        {**record, "replaces": "period" if lake.retires(record) else "rows"}
        for record in imports
    ]
    frame = pd.DataFrame(records, columns=list(columns))
    frame["extracted_at"] = pd.to_datetime(frame["extracted_at"], utc=True)
    frame = frame.astype(columns)
    # typed, because a column without any import would become one of numbers
    areas = [record["covers_areas"] for record in imports]
    own_columns = [record["columns"] for record in imports]
    holes = [record.get("holes", []) for record in imports]
    filtered = [
        [
            [reason, month, str(count)]
            for reason, months in record.get("filtered_months", {}).items()
            for month, count in months.items()
        ]
        for record in imports
    ]
    return frame.assign(
        areas=pd.Series(areas, dtype=object),
        columns=pd.Series(own_columns, dtype=object),
        holes=pd.Series(holes, dtype=object),
        filtered=pd.Series(filtered, dtype=object),
    )
