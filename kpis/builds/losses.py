"""Losses: rows of each month that could not be read, or could only in part.

They stand next to the cells, so that every figure can say what is missing from it.
Only months of exports that lost anything are counted, by export and by the places that
a row names; others have no row here.
"""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from kpis import periods, warehouse
from kpis.builds import mart_inputs
from kpis.builds.mart_inputs import WHOLE, MartInputs
from kpis.builds.versions import digest
from kpis.definitions import Contract, contracts
from kpis.ingest import ImportRecord, current_rows, lake, refused_keys
from kpis.warehouse import Warehouse, fill, identifier, literal, literals

KEPT, REFUSED = "kept", "refused"
# stands for every column: the row is an older version
ANY_COLUMN = "*"
Hashes = dict[str, dict[str, str]]


def templates() -> list[str]:
    """Return the statements that count losses, before they are filled in."""
    return [warehouse.text(f"losses/{name}") for name in ("create", "kept", "refused")]


def create(db: Warehouse, imports: list[ImportRecord]) -> None:
    """Make the empty tables, and the list of refused rows that were mended since."""
    db.run(warehouse.text("losses/create"))
    mended = [
        (file, line)
        for record in imports
        for file, lines in record.get("mends", {}).items()
        for line in lines
    ]
    frame = pd.DataFrame(mended, columns=["file", "line"])
    db.add_frame("mended", frame.astype({"file": "str", "line": "int64"}))
    db.add_frame("newer_holes", _holes(imports))


def _holes(imports: list[ImportRecord]) -> pd.DataFrame:
    """Return the days for which an export holds hardly a row, though others do."""
    rows = [
        (
            record["import_id"], record["mapping"], record["extracted_at"], area,
            first, last,
        )
        for record in imports
        for area, first, last in record.get("holes", [])
        if (first, last) != (record["covers_from"], record["covers_to"])
    ]  # fmt: skip
    columns = ["import_id", "mapping", "extracted_at", "area", "first_on", "last_on"]
    frame = pd.DataFrame(rows, columns=columns).astype("str")
    times = ("extracted_at", "first_on", "last_on")
    return frame.assign(
        **{name: pd.to_datetime(frame[name], utc=name == times[0]) for name in times}
    )


def plan(inputs: MartInputs, imports: list[ImportRecord]) -> Hashes:
    """Return what a source's losses depend on: hashes by fate, and month or import."""
    own = [record for record in imports if record["source"] == inputs.mart]
    lossy = [
        record
        for record in own
        if record["flagged"] or record["quarantined"] or record.get("holes")
    ]
    months = {month for record in lossy for month in _months(record)}
    version = digest(*_statements(contracts.load(inputs.mart)))
    holes = str([(one["import_id"], one["holes"]) for one in own if one.get("holes")])
    kept = {
        month: digest(version, holes, _hash(inputs, [month]))
        for month in sorted(months)
        if month in _lake_months(own)
    }
    refused = {
        record["import_id"]: digest(
            version, *_settling(record, own), _hash(inputs, _months(record))
        )
        for record in own
        if record["quarantined"]
    }
    return {f"{KEPT}:{inputs.mart}": kept, f"{REFUSED}:{inputs.mart}": refused}


def _settling(refused: ImportRecord, own: list[ImportRecord]) -> list[str]:
    """Return the imports that may settle another's refused rows.

    Those that hold them again, mended, and editions that replace its period.
    """
    months = set(_months(refused))
    return [
        f"{record['import_id']} {record.get('mends', {}).get(refused['file'])}"
        for record in own
        if refused["file"] in record.get("mends", {})
        or (lake.retires(record) and not months.isdisjoint(_months(record)))
    ]


def keep(db: Warehouse, what: str, months: Iterable[str]) -> None:
    """Take over from the build before what has not changed."""
    source = what.partition(":")[2]
    listed = literals(months)
    if listed:
        db.run(fill("losses/keep", source=literal(source), months=listed))


def count(
    db: Warehouse,
    data_dir: Path,
    imports: list[ImportRecord],
    inputs: MartInputs,
    what: str,
    changed: list[str],
) -> None:
    """Count a source's rows of some months, or the refused rows of some imports."""
    if not changed:
        return
    contract = contracts.load(inputs.mart)
    own = [record for record in imports if record["source"] == inputs.mart]
    if what.startswith(KEPT):
        months = set(changed)
        refused: list[ImportRecord] = []
    else:
        refused = [record for record in own if record["import_id"] in changed]
        months = {month for record in refused for month in _months(record)}
    statement = _filled(contract, data_dir, own, inputs, months)
    if refused:
        files = warehouse.files(lake.refused_files(data_dir, refused))
        if files:
            db.run(fill("losses/refused", files=files, **statement))
        return
    db.run(fill("losses/kept", months=literals(changed), **statement))


def _filled(
    contract: Contract,
    data_dir: Path,
    own: list[ImportRecord],
    inputs: MartInputs,
    months: set[str],
) -> dict[str, str]:
    held = [
        lake.file(data_dir, record, month)
        for record in own
        for month in record["months"]
        if month in months
    ]
    known = [month for month in inputs.files if month in months or month == WHOLE]
    may_repeat = mart_inputs.may_repeat(inputs, known, own)
    editions = [record for record in own if lake.retires(record)]
    current = current_rows.statement(
        contract,
        held,
        may_repeat,
        lake.refused_files(data_dir, editions),
    )
    return {"current": current, **_parts(contract)}


def _statements(contract: Contract) -> list[str]:
    """Return the statements, for a version that changes when they do."""
    parts = _parts(contract)
    return [
        fill("losses/kept", current="", months="", **parts),
        fill("losses/refused", current="", files="", **parts),
    ]


def _parts(contract: Contract) -> dict[str, str]:
    source, key = contract.source, contract.key
    return {
        "source": literal(source),
        "name": identifier(f"current_{source}"),
        "happened": identifier(contract.happened),
        "area": identifier(contract.area),
        "any_column": literal(ANY_COLUMN),
        "places": refused_keys.places(contract),
        "held_places": refused_keys.places(contract, "held"),
        "columns": _emptied(contract),
        "month": "unmended.import_id",
        "has_row": f"held.{identifier(key[0])} is not null",
        "same_key": " and ".join(
            f"held.{identifier(name)} = unmended.key.{identifier(name)}" for name in key
        ),
    }


def _emptied(contract: Contract) -> str:
    """Return SQL for the columns of a row whose values were flagged and emptied."""
    cases = " ".join(
        f"when {literal(rule.name)} then [{literals(rule.unusable)}]::varchar[]"
        for rule in contract.rules
        if len(rule.unusable) != 1
    )
    columns = '[flag."column"]'
    if cases:
        columns = f"case flag.rule {cases} else {columns} end"
    each = f"list_transform(flags, lambda flag: {columns})"
    return f"list_sort(list_distinct(flatten(coalesce({each}, []))))"


def _months(record: ImportRecord) -> list[str]:
    """Return the months that an import holds or was to hold."""
    months = set(record["months"])
    first, last = record["covers_from"], record["covers_to"]
    if first and last:
        days = periods.read(first, False), periods.read(last, True)
        months |= {f"{day:%Y-%m}" for day, _ in periods.between(*days, "month")}
    return sorted(months)


def _lake_months(imports: list[ImportRecord]) -> set[str]:
    return {month for record in imports for month in record["months"]}


def _hash(inputs: MartInputs, months: list[str]) -> str:
    known = [WHOLE] if WHOLE in inputs.hashes else months
    return digest(*(inputs.hashes.get(month, "") for month in known))
