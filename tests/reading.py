"""Texts of an export, read as a contract's column, without a file around them."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from kpis import warehouse
from kpis.definitions import Contract, Mapping, Source
from kpis.definitions.contracts import Column
from kpis.ingest import column_sql, judged_rows
from kpis.warehouse import Warehouse

NO_SPELLINGS = pd.DataFrame(columns=["reference", "spelling", "code"])
CASES = Path(__file__).resolve().parent / "cases"


@cache
def _database() -> Warehouse:
    db = warehouse.writer(Path(mkdtemp()) / "spill")
    for macro in judged_rows.MACROS:
        if macro != "caller_hash_of":
            db.run(warehouse.text(f"macros/{macro}"))
    return db


def plain(texts: Iterable[str]) -> list[str]:
    """Return texts as they are once white space is gone, as SQL sees it."""
    return _of_each(list(texts), "without_blanks(written)", "written")


def read(
    kind: str, texts: Iterable[str], time_zone: str = "", decimal: str = ".", **source
) -> list[Any]:
    """Return the typed values of texts in a column of some kind, None for faults."""
    column = Column(name="x", type=kind, says="")
    contract = Contract("calls", "", "", ("x",), "x", "", {"x": column})
    mapping = Mapping(
        name="tried",
        title="",
        source="calls",
        columns={"x": Source(column="X", **source)},
        time_zone=time_zone,
        decimal=decimal,
    )
    items = column_sql.typed_items(
        "x", mapping.columns["x"], contract, mapping, NO_SPELLINGS
    )
    return _of_each(plain(texts), ", ".join(items), column_sql.raw_of("x"), "x")


def _of_each(texts: list[str], item: str, name: str, wanted: str = "") -> list[Any]:
    rows = ", ".join(
        f"({place}, {warehouse.literal(text)})" for place, text in enumerate(texts)
    )
    selected = f"select place, {item} from (values {rows}) as given(place, {name})"
    if wanted:
        selected = f"select place, {wanted}::varchar from ({selected})"
    found = _database().tuples(f"select * from ({selected}) order by 1")
    return [row[-1] for row in found]


def seconds_of(text: str) -> str | None:
    """Return a duration that follows an instant as H:MM:SS, None for a fault."""
    item = "to_milliseconds((duration(written) * 1000)::bigint)::varchar"
    return _of_each([text], item, "written")[0]
