"""The lake: a grow-only set of immutable Parquet files, and the manifest over it.

`lake/<source>/<yyyy-mm>/<import_id>.parquet`. The manifest lists every import and
what has happened to it since. It is replaced atomically, so a reader sees the lake
before or after a change and never between. Which imports count, and with which of
their months, is a pure function of the manifest's events and retention, in their
order and not by any clock. Which row of a key is current is decided in
`sql/staging/current.sql` from the rows alone.

Rows leave the lake only by `kpis.builds.pruning`.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NotRequired, TypedDict

import pandas as pd
from filelock import FileLock, Timeout

from kpis.errors import UserError, of_storage, unknown

LOCK_SECONDS = 600
COUNTS = (
    "read", "accepted", "quarantined", "duplicates", "filtered", "superseded",
    "flagged",
)  # fmt: skip


class FlaggedValue(TypedDict):
    """A value that a rule flagged in a column, with the number of its rows.

    `flagged` is the number of all rows of the import with anything flagged. `of_rows`
    and `of_values` count all rows and values that the rule flagged in the column.
    """

    rule: str
    column_name: str
    value: str | None
    row_count: int
    flagged: int
    first_line: NotRequired[int]
    of_rows: NotRequired[int]
    of_values: NotRequired[int]


class ImportRecord(TypedDict):
    """One import as the manifest lists it: what the file is, and the account of it.

    `covers_areas` is None for the whole force. `replaces` says whether an edition
    replaces rows or its whole period, `replaces_import` is the import of the same
    bytes under an earlier state of the mapping. `stored` rows are in the lake:
    those accepted, and duplicates of rows held before. `moved_months` has pairs of
    months between which the rows of a key have moved.
    """

    import_id: str
    file: str
    source: str
    mapping: str
    mapping_sha256: str
    contract_sha256: str
    sha256: str
    extracted_at: str
    covers_from: str | None
    covers_to: str | None
    covers_areas: list[str] | None
    replaces: str
    caller_key: str | None
    months: list[str]
    read: int
    accepted: int
    quarantined: int
    duplicates: int
    filtered: int
    superseded: int
    flagged: int
    stored: int
    reasons: dict[str, int]
    flags: dict[str, int]
    flagged_values: list[FlaggedValue]
    error: None
    columns: list[str]
    replaces_import: str | None
    moved_months: NotRequired[list[list[str]]]


class Event(TypedDict):
    """What happened to an import: imported, replaced, withdrawn, restored or pruned."""

    import_id: str
    what: str
    why: str
    at: str


class Retention(TypedDict):
    """Rows of a source before a month are deleted, and every build up to a number."""

    source: str
    before: str
    why: str
    at: str
    last_build: int


class Manifest(TypedDict):
    """What the lake holds: imports by id, what happened to them, what is deleted."""

    imports: dict[str, ImportRecord]
    events: list[Event]
    retention: list[Retention]


class State(TypedDict):
    """Whether an import counts (current, withdrawn, replaced, pruned), and why."""

    state: str
    why: str


@contextmanager
def writing(data_dir: Path) -> Iterator[Path]:
    """Hold the one lock under which anything is written; yields a clean directory.

    Raises UserError when another import or build does not end in time, and when the
    disk is full or may not be written.
    """
    temporary = data_dir / "temporary"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(data_dir / "lock", timeout=LOCK_SECONDS):
            _clear_leftovers(data_dir, temporary)
            temporary.mkdir()
            try:
                yield temporary
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except Timeout:
        raise UserError(
            f"Another import or build has been writing to {data_dir} for "
            f"{LOCK_SECONDS // 60} minutes. Wait for it, or end it, and try again."
        ) from None
    except OSError as error:
        raise of_storage(error) or error from None


def _clear_leftovers(data_dir: Path, temporary: Path) -> None:
    """Remove what a killed process left: it may hold callers' numbers."""
    shutil.rmtree(temporary, ignore_errors=True)
    for name in ("lake", "builds"):
        for partial in (data_dir / name).glob("*.partial"):
            partial.unlink()


def read_manifest(data_dir: Path) -> Manifest:
    """Return the manifest; an empty one where nothing was imported yet."""
    path = data_dir / "lake" / "manifest.json"
    manifest: Manifest = {"imports": {}, "events": [], "retention": []}
    if path.exists():
        manifest.update(json.loads(path.read_text(encoding="utf-8")))
    return manifest


def write_manifest(data_dir: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step that survives a crash."""
    write_atomically(
        data_dir / "lake" / "manifest.json", json.dumps(manifest, indent=1) + "\n"
    )


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file so that readers see the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def states(manifest: Manifest) -> dict[str, State]:
    """Return the state of every import by its id.

    An import is pruned when its rows have been deleted.
    """
    result: dict[str, State] = {}
    for event in manifest["events"]:
        state = {"imported": "current", "restored": "current"}.get(
            event["what"], event["what"]
        )
        result[event["import_id"]] = {"state": state, "why": event["why"]}
    for import_id, record in manifest["imports"].items():
        if _is_past(manifest, record):
            why = f"rows before {first_kept(manifest, record['source'])} are deleted"
            result[import_id] = {"state": "pruned", "why": why}
    return result


def is_current(manifest: Manifest, import_id: str) -> bool:
    """Whether an import of that id counts."""
    state = states(manifest).get(import_id)
    return state is not None and state["state"] == "current"


def first_kept(manifest: Manifest, source: str) -> str | None:
    """Return the first month (YYYY-MM) of a source that is kept, or None for all.

    Rows of earlier months never count, whenever they were imported.
    """
    retention = manifest.get("retention", [])
    return max(
        (limit["before"] for limit in retention if limit["source"] == source),
        default=None,
    )


def _is_past(manifest: Manifest, record: ImportRecord) -> bool:
    """Whether retention leaves nothing of an import: no row, and no day covered."""
    if first_kept(manifest, record["source"]) is None:
        return False
    kept = kept_part(manifest, record)
    had_any = record["months"] or record["covers_to"]
    return bool(had_any and not kept["months"] and not kept["covers_to"])


def kept_part(manifest: Manifest, record: ImportRecord) -> ImportRecord:
    """Return an import's record without the months that retention leaves out."""
    first = first_kept(manifest, record["source"])
    if first is None:
        return record
    months = [month for month in record["months"] if month >= first]
    covers_from, covers_to = record["covers_from"], record["covers_to"]
    first_day = f"{first}-01"
    if covers_from is not None and covers_to is not None:
        is_left = covers_to >= first_day
        covers_from = max(covers_from, first_day) if is_left else None
        covers_to = covers_to if is_left else None
    return {
        **record,
        "months": months,
        "covers_from": covers_from,
        "covers_to": covers_to,
    }


def current(manifest: Manifest, source: str | None = None) -> list[ImportRecord]:
    """Return the imports that count, of one source or of all, in a fixed order.

    This is the one place where retention takes effect: the months that it leaves out
    are neither among an import's months nor in what it covers.
    """
    state = states(manifest)
    return sorted(
        (
            kept_part(manifest, record)
            for record in manifest["imports"].values()
            if state[record["import_id"]]["state"] == "current"
            and source in (None, record["source"])
        ),
        key=lambda record: (record["extracted_at"], record["import_id"]),
    )


def add_event(manifest: Manifest, import_id: str, what: str, why: str = "") -> None:
    """Record that an import was imported, replaced, withdrawn, restored or pruned."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    manifest["events"].append(
        {"import_id": import_id, "what": what, "why": why, "at": now}
    )


def files(data_dir: Path, imports: Iterable[ImportRecord]) -> list[Path]:
    """Return the Parquet files of some imports."""
    return [
        file(data_dir, record, month)
        for record in imports
        for month in record["months"]
    ]


def file(data_dir: Path, record: ImportRecord, month: str) -> Path:
    """Return the Parquet file of one month of an import."""
    return (
        data_dir / "lake" / record["source"] / month / f"{record['import_id']}.parquet"
    )


def imports(data_dir: Path) -> pd.DataFrame:
    """Return one row an import, newest last, with its account, state and reason.

    Its counts are those of the import; what it covers is what it covers now.
    """
    manifest = read_manifest(data_dir)
    state = states(manifest)
    columns = [
        "import_id", "file", "source", "mapping", "extracted_at", "covers_from",
        "covers_to", *COUNTS, "state", "why",
    ]  # fmt: skip
    rows = [
        {**kept_part(manifest, record), **state[import_id]}
        for import_id, record in manifest["imports"].items()
    ]
    return pd.DataFrame(rows, columns=columns)


def withdraw(data_dir: Path, import_id: str, why: str) -> None:
    """Leave an import out of everything built from now on; its files stay.

    Raises UserError for an unknown import, one that does not count, or no reason.
    """
    if not why.strip():
        raise UserError("Say why the import is withdrawn: --why TEXT.")
    _change(data_dir, import_id, "current", "withdrawn", why)


def restore(data_dir: Path, import_id: str, why: str = "") -> None:
    """Undo a withdrawal.

    Raises UserError for an import that is not withdrawn, for one whose rows have been
    deleted, and for one whose file was imported again since: no one could say which of
    the two counts.
    """
    _change(data_dir, import_id, "withdrawn", "restored", why)


def _change(data_dir: Path, import_id: str, before: str, what: str, why: str) -> None:
    with writing(data_dir):
        manifest = read_manifest(data_dir)
        state = states(manifest)
        if import_id not in state:
            raise UserError(unknown("import", import_id, state))
        if what == "restored" and state[import_id]["state"] == "pruned":
            raise UserError(
                f"The rows of import {import_id} have been deleted "
                f"({state[import_id]['why']}), so it cannot be put back. Import the "
                "file again."
            )
        if state[import_id]["state"] != before:
            raise UserError(
                f"Import {import_id} is {state[import_id]['state']}, not {before}."
            )
        if what == "restored":
            _refuse_second(manifest, manifest["imports"][import_id])
        add_event(manifest, import_id, what, why)
        write_manifest(data_dir, manifest)


def _refuse_second(manifest: Manifest, restored: ImportRecord) -> None:
    """Raise UserError where another import of the same file counts now."""
    for record in current(manifest, restored["source"]):
        is_same_file = record["sha256"] == restored["sha256"]
        if is_same_file and record["mapping"] == restored["mapping"]:
            raise UserError(
                f"Import {record['import_id']} of the same file counts now. Withdraw "
                f"it first to put {restored['import_id']} back."
            )


def clear(data_dir: Path) -> None:
    """Empty a demo's data directory. The caller holds the lock."""
    for name in ("inbox", "lake", "quarantine"):
        shutil.rmtree(data_dir / name, ignore_errors=True)
