"""Effect: how a change of imports changes the rows that count.

Rows are told apart by their key. After an import, a withdrawal or its undoing a key is
new (`added`), has other contents (`replaced`), or counts no more (`retired`).
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from kpis import warehouse
from kpis.definitions import Contract, contracts
from kpis.ingest import current_rows, lake, refused_keys
from kpis.ingest.accounts import AccountedRows
from kpis.ingest.lake import ImportRecord, Manifest, RetiredRow
from kpis.warehouse import Warehouse, fill, identifier, literal, literals

RETIRED = "retired.parquet"
MOST_RETIRED_SHOWN = 10


@dataclass(frozen=True)
class Effect:
    """How many keys are new, changed or gone, and the months of their rows."""

    added: int = 0
    replaced: int = 0
    retired: int = 0
    months: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What withdrawing an import, or undoing that, has changed: keys as in `Effect`."""

    import_id: str
    file: str
    source: str
    added: int
    replaced: int
    retired: int
    months: list[str]
    retired_rows: list[RetiredRow]


@dataclass(frozen=True)
class Files:
    """Where the files of imports are: rows of a month, and what is known of refused.

    Those of an import in the making are not in the lake yet.
    """

    rows: Callable[[ImportRecord, str], Path]
    refused: Callable[[ImportRecord], Path]

    def of(self, imports: list[ImportRecord]) -> list[str]:
        """Return the files with the rows of some imports."""
        return [
            str(self.rows(import_, month))
            for import_ in imports
            for month in import_["months"]
        ]


def add_effect(
    accounted: AccountedRows, manifest: Manifest, db: Warehouse
) -> AccountedRows:
    """Add to the record of an import how it changes which rows count.

    Where no edition retires rows, the comparison with held keys has said it already.
    """
    record, file = accounted.record, accounted.judged.file
    before = lake.current(manifest, record["source"])
    gone = record["import_id"], record["replaces_import"]
    after = [*(one for one in before if one["import_id"] not in gone), record]
    if not record["replaces_import"] and not any(map(lake.retires, after)):
        return accounted
    effect = of_change(file.contract, before, after, _files_with(accounted), db)
    changed: ImportRecord = {
        **record,
        "added": effect.added,
        "replaced": effect.replaced,
        "retired": effect.retired,
        "touched": effect.months,
        "retired_rows": _list_retired(effect, file.temporary / RETIRED, db),
    }
    return replace(accounted, record=changed)


def withdraw(data_dir: Path, import_id: str, why: str) -> Change:
    """Withdraw an import (`lake.withdraw`) and return what that changes."""
    before = lake.read_manifest(data_dir)
    lake.withdraw(data_dir, import_id, why)
    return _change(data_dir, import_id, before)


def restore(data_dir: Path, import_id: str, why: str = "") -> Change:
    """Undo a withdrawal (`lake.restore`) and return what that changes."""
    before = lake.read_manifest(data_dir)
    lake.restore(data_dir, import_id, why)
    return _change(data_dir, import_id, before)


def _change(data_dir: Path, import_id: str, before: Manifest) -> Change:
    record = before["imports"][import_id]
    contract = contracts.load(record["source"])
    earlier, later = (
        lake.current(manifest, contract.source)
        for manifest in (before, lake.read_manifest(data_dir))
    )
    with (
        lake.writing(data_dir) as temporary,
        closing(warehouse.writer(temporary / "spill")) as db,
    ):
        effect = of_change(contract, earlier, later, in_lake(data_dir), db)
        return Change(
            import_id, record["file"], contract.source, **vars(effect),
            retired_rows=_list_retired(effect, temporary / RETIRED, db),
        )  # fmt: skip


def _list_retired(effect: Effect, target: Path, db: Warehouse) -> list[RetiredRow]:
    """Write the retired rows into a file, if there are any, and return the first."""
    if not effect.retired:
        return []
    db.run(fill("import/retired", target=literal(str(target))))
    return [
        RetiredRow(
            import_id=row["import_id"],
            line=row["line"],
            key={name: str(value) for name, value in row["key"].items()},
        )
        for row in retired_rows(target, MOST_RETIRED_SHOWN).to_dict("records")
    ]


def _files_with(accounted: AccountedRows) -> Files:
    """Return where the files of the lake are, and those of an import in the making."""
    file, new = accounted.judged.file, accounted.record["import_id"]

    def rows(import_: ImportRecord, month: str) -> Path:
        if import_["import_id"] == new:
            return accounted.staged.accepted(month)
        return lake.file(file.data_dir, import_, month)

    def refused(import_: ImportRecord) -> Path:
        if import_["import_id"] == new:
            return file.temporary / refused_keys.FILE_NAME
        return lake.refused_file(file.data_dir, import_)

    return Files(rows, refused)


def in_lake(data_dir: Path) -> Files:
    """Return where the files of imports in the lake are."""
    return Files(
        lambda import_, month: lake.file(data_dir, import_, month),
        lambda import_: lake.refused_file(data_dir, import_),
    )


def of_change(
    contract: Contract,
    before: list[ImportRecord],
    after: list[ImportRecord],
    files: Files,
    db: Warehouse,
) -> Effect:
    """Return how current rows differ once other imports of a source count.

    Leaves the tables `earlier` and `later`, the current rows of the keys that the
    change can affect.
    """
    held = {import_["import_id"]: import_ for import_ in [*before, *after]}
    affected = files.of(_affected(before, after, list(held.values())))
    if not affected:
        return Effect()
    key = ", ".join(identifier(name) for name in contract.key)
    db.run(fill("import/affected_keys", key=key, files=literals(affected)))
    for table, imports in (("earlier", before), ("later", after)):
        _find_current(contract, table, imports, files, db)
    added, replaced, retired, months = db.tuples(fill("import/effect"))[0]
    return Effect(added, replaced, retired, months or [])


def retired_rows(file: Path, limit: int | None = None) -> pd.DataFrame:
    """Return retired rows: import_id, line, month, area_code, key (a dict).

    They are in the order of imports and lines.
    """
    most = f"limit {int(limit)}" if limit else ""
    parts = {"file": warehouse.file(file), "limit": most}
    return warehouse.of_files().query(fill("faulty/retired", **parts))


def _affected(
    before: list[ImportRecord], after: list[ImportRecord], held: list[ImportRecord]
) -> list[ImportRecord]:
    """Return the imports, with their months, whose rows a change can affect.

    An edition that replaces its period affects those of the same mapping in its months.
    """
    counted = [{one["import_id"] for one in imports} for imports in (before, after)]
    changed = [one for one in held if one["import_id"] in counted[0] ^ counted[1]]
    replaced = [
        _within(one, edition)
        for edition in changed
        if lake.retires(edition)
        for one in held
        if one["mapping"] == edition["mapping"]
    ]
    return [*changed, *replaced]


def _within(import_: ImportRecord, edition: ImportRecord) -> ImportRecord:
    """Return an import with those of its months that an edition covers."""
    months = [month for month in import_["months"] if lake.covers(edition, month)]
    return {**import_, "months": months}


def _find_current(
    contract: Contract,
    table: str,
    imports: list[ImportRecord],
    files: Files,
    db: Warehouse,
) -> None:
    """Make a table of the current rows of the affected keys, if these imports count."""
    refused = [
        files.refused(import_)
        for import_ in imports
        if lake.retires(import_) and import_["quarantined"]
    ]
    rows = [Path(file) for file in files.of(imports)]
    key = [identifier(name) for name in contract.key]
    db.add_frame("imports", current_rows.imports_frame(imports))
    db.run(
        fill(
            "import/current_versions",
            table=identifier(table),
            current=current_rows.statement(contract, rows, True, refused, "affected"),
            key_parts=", ".join(f"{name} := {name}" for name in key),
            happened=identifier(contract.happened),
            area=identifier(contract.area),
            columns=", ".join(identifier(name) for name in contract.columns),
            name=identifier(f"current_{contract.source}"),
        )
    )
    db.run(fill("import/drop_imports"))
