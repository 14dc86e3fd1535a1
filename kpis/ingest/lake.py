"""The lake: a grow-only set of immutable Parquet files, and the manifest over it.

`lake/<source>/<yyyy-mm>/<import_id>.parquet`, and what could be read of refused rows in
`lake/<source>/refused/<import_id>.parquet`. The manifest lists every import and what
has happened to it since. It is replaced atomically, so a reader sees the lake
before or after a change and never between. Which imports count, and with which of
their months, is a pure function of the manifest's events and retention, in their
order and not by any clock. Which row of a key is current is decided in
`sql/staging/current.sql` from the rows alone.

Rows leave the lake only by `kpis.builds.pruning`.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NotRequired, TypedDict

import pandas as pd
from filelock import FileLock, Timeout

from kpis.errors import UserError, of_storage, unknown

LOCK_SECONDS = 600
MANIFEST = "manifest.json"
COPY = "manifest.json.copy"
# where an import waits, made and not yet taken: see `kpis.preview`
WAITING = "waiting"
COUNTS = (
    "read", "accepted", "quarantined", "duplicates", "filtered", "superseded",
    "flagged", "retired",
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


class LackingColumn(TypedDict):
    """A column that no row has, how many indicators need it, and how to mend it."""

    column: str
    indicators: int
    remedy: str


class RetiredRow(TypedDict):
    """A row that counts no more: import and line from which it came, and its key."""

    import_id: str
    line: int
    key: dict[str, str]


class ImportRecord(TypedDict):
    """One import as the manifest lists it: what the file is, and the account of it.

    `covers_areas` is None for the whole force. `holes` are days for which the file
    holds hardly a row: area or "", first and last day. `replaces` says whether an
    edition replaces rows or its whole period, `replaces_import` is the import of the
    same bytes under an earlier state of the mapping. `stored` rows are in the lake:
    those accepted, and duplicates of rows held before. `moved_months` has pairs of
    months between which the rows of a key have moved. `unreadable_keys` is the number
    of refused rows whose key could not be read. `mends` has, by file, the lines of
    refused rows that this file holds again, mended. `filtered_months` has, by reason
    and month ("" where it cannot be read), the rows that were left out. `added`,
    `replaced`, `retired` and `touched` (months) say how the import changed which rows
    count; `retired_rows` are the first of those retired. `lacking` are columns that no
    row has. Imports of earlier versions of this product lack all of these.
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
    holes: NotRequired[list[list[str]]]
    unreadable_keys: NotRequired[int]
    mends: NotRequired[dict[str, list[int]]]
    filtered_months: NotRequired[dict[str, dict[str, int]]]
    added: NotRequired[int]
    replaced: NotRequired[int]
    retired: NotRequired[int]
    touched: NotRequired[list[str]]
    retired_rows: NotRequired[list[RetiredRow]]
    lacking: NotRequired[list[LackingColumn]]


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
        _refuse_other_disks(data_dir)
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


def _refuse_other_disks(data_dir: Path) -> None:
    """Raise UserError where files could not be moved in one step.

    Everything is made in `temporary/` first and moved from there, which works on one
    file system only. It would be found out when all the work is done.
    """
    own = data_dir.stat().st_dev
    names = ("lake", "builds", "quarantine", WAITING, "lake/*", "temporary")
    for place in map(data_dir.joinpath, names):
        if place.is_symlink() and not place.exists():
            raise UserError(
                f"{place} leads to {place.readlink()}, which is not there. Put the "
                "whole data directory on one disk. Nothing was changed."
            )
    for place in (place for name in names for place in data_dir.glob(name)):
        if place.stat().st_dev != own:
            raise UserError(
                f"{place} is on another disk than {data_dir}, so nothing can be moved "
                "there in one step. Put the whole data directory on one disk and name "
                "it in DEMAND_DATA_DIR. Nothing was changed."
            )


def _clear_leftovers(data_dir: Path, temporary: Path) -> None:
    """Remove what a killed process left: it may hold callers' numbers."""
    shutil.rmtree(temporary, ignore_errors=True)
    for name in ("lake", "builds"):
        for partial in (data_dir / name).glob("*.partial"):
            partial.unlink()


def forget_waiting(data_dir: Path) -> None:
    """Remove the import that waits, if there is one. The caller holds the lock."""
    shutil.rmtree(data_dir / WAITING, ignore_errors=True)


def read_manifest(data_dir: Path) -> Manifest:
    """Return the manifest; an empty one where nothing was imported yet.

    Raises UserError where it is lost although the lake holds rows, and where it is
    damaged: taken for empty, every import would be gone.
    """
    path = data_dir / "lake" / MANIFEST
    manifest: Manifest = {"imports": {}, "events": [], "retention": []}
    if path.exists():
        found = _manifest_in(path)
        if found is None:
            raise _without_manifest(path, "is damaged")
        manifest.update(found)
    elif any(path.parent.glob("*/*/*.parquet")) or path.with_name(COPY).exists():
        raise _without_manifest(path, "is missing, but the lake holds rows")
    return manifest


def _manifest_in(path: Path) -> Manifest | None:
    """Return what a file says if it is a whole manifest."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        states(found)
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError):
        return None
    listed = {event["import_id"] for event in found["events"]}
    return found if listed == set(found["imports"]) else None


def _without_manifest(path: Path, problem: str) -> UserError:
    """Return what to do where the manifest cannot be used."""
    copy = path.with_name(COPY)
    backup = "Restore it from a backup, with the lake as it was then."
    by_copy = (
        f'Its copy is whole. Put it back: cp -p "{copy}" "{path}". Then run python -m '
        "kpis imports: if your last import is not listed, import its file again."
    )
    remedy = by_copy if _manifest_in(copy) else backup
    return UserError(f"{path} {problem}. Nothing was changed. {remedy}")


def write_manifest(data_dir: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step that survives a crash, and then its copy.

    The copy is the same and not the one before: that one would lack the last change,
    and an import that was withdrawn would count again. Killed between the two, the
    copy is the one before until the next change.
    """
    text = json.dumps(manifest, indent=1) + "\n"
    for name in (MANIFEST, COPY):
        write_atomically(data_dir / "lake" / name, text)


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


def refused_file(data_dir: Path, record: ImportRecord) -> Path:
    """Return the file of what could be read of an import's refused rows.

    It has the columns import_id, line, month (YYYY-MM), area_code and key (a struct of
    the key columns), null where unreadable. `refused_files` says whether it is there.
    """
    import_id = record["import_id"]
    return data_dir / "lake" / record["source"] / "refused" / f"{import_id}.parquet"


def refused_files(data_dir: Path, imports: Iterable[ImportRecord]) -> list[Path]:
    """Return the files of refused rows of some imports.

    There is none without a refused row, and none of an earlier version's import.
    """
    return [
        refused_file(data_dir, record)
        for record in imports
        if record["quarantined"] and "unreadable_keys" in record
    ]


def retired_file(data_dir: Path, source: str, import_id: str) -> Path:
    """Return the file of the rows that an import retired when it was made.

    It has the columns import_id, line, month (YYYY-MM), area_code and key (a struct).
    """
    return data_dir / "lake" / source / "retired" / f"{import_id}.parquet"


def side_files(data_dir: Path, imports: Collection[ImportRecord]) -> list[Path]:
    """Return the files of refused and of retired rows of some imports."""
    retiring = [record for record in imports if record.get("retired")]
    retired = [
        retired_file(data_dir, record["source"], record["import_id"])
        for record in retiring
    ]
    return [*refused_files(data_dir, imports), *retired]


def retires(record: ImportRecord) -> bool:
    """Whether an edition retires the rows of its period that it does not hold.

    A refused row whose key could not be read may be any row. Then no row is known to be
    absent, and none is retired.
    """
    unreadable = record.get("unreadable_keys", record["quarantined"])
    return record["replaces"] == "period" and not unreadable


def covers(record: ImportRecord, month: str) -> bool:
    """Whether an import covers a day of a month (YYYY-MM)."""
    first, last = record["covers_from"], record["covers_to"]
    return bool(first and last and first[:7] <= month <= last[:7])


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
        {"retired": 0, **kept_part(manifest, record), **state[import_id]}
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
    for name in ("inbox", "lake", "quarantine", WAITING):
        shutil.rmtree(data_dir / name, ignore_errors=True)
