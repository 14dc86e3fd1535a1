"""Settle keys that repeat: within a file, and between a file and the lake."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kpis import warehouse
from kpis.definitions import TYPES, Contract
from kpis.ingest import lake
from kpis.ingest.intake import MappedFile
from kpis.ingest.judged_rows import JudgedRows, StagedRows
from kpis.ingest.lake import ImportRecord, Manifest
from kpis.warehouse import Warehouse, fill, identifier, literal, literals


@dataclass(frozen=True)
class HeldKeys:
    """How a file's keys compare with those that the lake holds already.

    `duplicates` are held with equal content; `superseded` are older versions that this
    file replaces. `moved_months` has the pairs [month of this file's row, month of a
    held row with the same key] that differ. `added` keys are not held, and `months` are
    those in which rows are added or superseded.
    """

    duplicates: int = 0
    superseded: int = 0
    moved_months: list[list[str]] = field(default_factory=list)
    added: int = 0
    months: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SettledRows:
    """A file with one row a key.

    `staged` lacks the rows that repeat a key: `equal` of them have the contents of the
    row that is kept, `differing` have not, and of those none is kept. `earlier` is the
    import of the same bytes that this one replaces as a whole.
    """

    judged: JudgedRows
    staged: StagedRows
    equal: int
    differing: int
    earlier: ImportRecord | None
    held: HeldKeys


def settle_keys(judged: JudgedRows, manifest: Manifest, db: Warehouse) -> SettledRows:
    """Keep one of equal rows with one key, and refuse all that differ, never guess."""
    file = judged.file
    file.progress(0.8, "comparing with rows already held")
    equal, differing = _find_repeated(file.contract, judged.staged, db)
    staged = judged.staged
    if equal or differing:
        staged = StagedRows(file.temporary / "settled")
        without = fill(
            "import/without_repeated",
            staged=judged.staged.sql,
            target=literal(str(staged.directory)),
        )
        db.run(without)
    earlier = _earlier_import(file, manifest)
    held = _held(file, staged, manifest, earlier, db)
    if held is None:
        stored = judged.fates.accepted - equal - differing
        held = HeldKeys(added=stored, months=staged.months)
    return SettledRows(judged, staged, equal, differing, earlier, held)


def _find_repeated(
    contract: Contract, staged: StagedRows, db: Warehouse
) -> tuple[int, int]:
    """Make the table `repeated`; return how many rows are equal and how many differ."""
    statement = fill(
        "import/repeated_keys",
        staged=staged.sql,
        key=_identifiers(contract.key, "{}"),
        columns=_identifiers(contract.columns, "accepted.{}"),
    )
    db.run(statement)
    counts = dict(db.tuples(warehouse.text("import/repeated_counts")))
    return counts.get("duplicate", 0), counts.get("key_repeated", 0)


def _identifiers(names: Iterable[str], form: str) -> str:
    return ", ".join(form.format(identifier(name)) for name in names)


def _earlier_import(file: MappedFile, manifest: Manifest) -> ImportRecord | None:
    """Return the import of the same bytes under an earlier state of the mapping."""
    for record in lake.current(manifest, file.mapping.source):
        if record["sha256"] == file.sha256 and record["mapping"] == file.mapping.name:
            return record
    return None


def _held(
    file: MappedFile,
    staged: StagedRows,
    manifest: Manifest,
    earlier: ImportRecord | None,
    db: Warehouse,
) -> HeldKeys | None:
    """Compare the keys with those of every other import of the source, if any are held.

    Months of a withdrawn import may count again, so they can be moved months.
    """
    states = lake.states(manifest)
    others = [
        lake.kept_part(manifest, record)
        for import_id, record in manifest["imports"].items()
        if record["source"] == file.mapping.source
        and states[import_id]["state"] in ("current", "withdrawn")
        and (earlier is None or import_id != earlier["import_id"])
    ]
    files = lake.files(file.data_dir, others)
    if not files or not staged.months:
        return None
    current = [
        record["import_id"]
        for record in others
        if states[record["import_id"]]["state"] == "current"
    ]
    contract = file.contract
    columns = ", ".join(
        f"null::{TYPES[column.type]} as {identifier(name)}"
        for name, column in contract.columns.items()
    )
    equal = " and ".join(
        f"incoming.{identifier(name)} is not distinct from newest.{identifier(name)}"
        for name in contract.columns
        if name not in contract.key
    )
    compared = fill(
        "import/held_keys",
        staged=staged.sql,
        # the columns of today, though every file may be older than one of them
        no_rows=fill("staging/no_rows", columns=columns),
        held=warehouse.files(files),
        current=literals(current) or "null",
        key=_identifiers(contract.key, "{}"),
        is_equal=equal or "true",
    )
    return HeldKeys(*db.tuples(compared)[0])
