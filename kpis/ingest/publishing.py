"""Publish: files move into the lake, and the manifest that lists them is replaced.

This is the only step that changes anything that is kept. The manifest comes last: until
then nothing of an import counts, and files that a killed process left do no harm.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from kpis.ingest import caller_key, effects, lake, quarantine, refused_keys
from kpis.ingest.accounts import AccountedRows
from kpis.ingest.lake import Manifest


def publish(
    imports: Iterable[AccountedRows], manifest: Manifest, data_dir: Path
) -> None:
    """Make new imports count, all of them or none."""
    for accounted in imports:
        accounted.judged.file.progress(0.95, "writing to the lake")
        _move(accounted)
        record = accounted.record
        import_id, replaced = record["import_id"], record["replaces_import"]
        manifest["imports"][import_id] = record
        if replaced:
            why = f"imported again with a changed mapping as {import_id}"
            lake.add_event(manifest, replaced, "replaced", why)
        lake.add_event(manifest, import_id, "imported")
    lake.write_manifest(data_dir, manifest)


def _move(accounted: AccountedRows) -> None:
    file, record = accounted.judged.file, accounted.record
    if accounted.judged.caller_key:
        caller_key.keep(accounted.judged.caller_key, file.data_dir)
    for month in record["months"]:
        _keep(accounted.staged.accepted(month), lake.file(file.data_dir, record, month))
    if record["quarantined"]:
        refused = lake.refused_file(file.data_dir, record)
        _keep(file.temporary / refused_keys.FILE_NAME, refused)
        rows = file.data_dir / "quarantine" / f"{record['import_id']}.csv"
        _keep(file.temporary / quarantine.FILE_NAME, rows)
    if record.get("retired"):
        retired = lake.retired_file(
            file.data_dir, record["source"], record["import_id"]
        )
        _keep(file.temporary / effects.RETIRED, retired)


def _keep(staged: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _sync(staged)
    staged.replace(target)


def _sync(file: Path) -> None:
    """Have a file on the disk before the manifest lists it: the power may go."""
    with file.open("rb") as written:
        os.fsync(written.fileno())
