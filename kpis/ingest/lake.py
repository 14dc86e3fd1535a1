"""The lake: a grow-only set of immutable Parquet files, and the manifest over it.

`lake/<source>/<yyyy-mm>/<import_id>.parquet`. The manifest lists every import and
what happened to it since; it is replaced atomically, so a reader sees the lake
before or after a change and never between. Which imports count, and with which of
their months, is a pure function of the manifest's events and retention, in their
order and not by any clock; which row of a key is current is decided in
`sql/staging/current.sql` from the rows alone.

Rows leave the lake only by `kpis.housekeeping`.
"""

import json
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from kpis.errors import UserError, of_storage, unknown

LOCK_SECONDS = 600
COUNTS = (
    "read", "accepted", "quarantined", "duplicates", "filtered", "superseded",
    "flagged",
)  # fmt: skip


@contextmanager
def writing(data_dir: Path):
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


def read_manifest(data_dir: Path) -> dict:
    """Return the manifest: imports by id, the events that befell them, retention."""
    path = data_dir / "lake" / "manifest.json"
    nothing = {"imports": {}, "events": [], "retention": []}
    if not path.exists():
        return nothing
    return nothing | json.loads(path.read_text(encoding="utf-8"))


def write_manifest(data_dir: Path, manifest: dict) -> None:
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


def states(manifest: dict) -> dict[str, dict]:
    """Return for each import its state (current, withdrawn, replaced, pruned) and why.

    An import is pruned when its rows have been deleted.
    """
    result: dict[str, dict] = {}
    for event in manifest["events"]:
        state = {"imported": "current", "restored": "current"}.get(
            event["what"], event["what"]
        )
        result[event["import_id"]] = {"state": state, "why": event["why"]}
    for import_id, one in manifest["imports"].items():
        if _is_past(manifest, one):
            why = f"rows before {first_kept(manifest, one['source'])} are deleted"
            result[import_id] = {"state": "pruned", "why": why}
    return result


def first_kept(manifest: dict, source: str) -> str | None:
    """Return the first month (YYYY-MM) of a source that is kept, or None for all.

    Rows of earlier months never count, whenever they were imported.
    """
    own = (one for one in manifest.get("retention", ()) if one["source"] == source)
    return max((one["before"] for one in own), default=None)


def _is_past(manifest: dict, one: dict) -> bool:
    """Whether retention leaves nothing of an import: no row, and no day covered."""
    if first_kept(manifest, one["source"]) is None:
        return False
    kept = kept_part(manifest, one)
    had_any = one["months"] or one["covers_to"]
    return bool(had_any and not kept["months"] and not kept["covers_to"])


def kept_part(manifest: dict, one: dict) -> dict:
    """Return an import's record without the months that retention leaves out."""
    first = first_kept(manifest, one["source"])
    if first is None:
        return one
    months = [month for month in one["months"] if month >= first]
    covers_from, covers_to = one["covers_from"], one["covers_to"]
    first_day = f"{first}-01"
    if covers_to is not None:
        is_left = covers_to >= first_day
        covers_from = max(covers_from, first_day) if is_left else None
        covers_to = covers_to if is_left else None
    return {**one, "months": months, "covers_from": covers_from, "covers_to": covers_to}


def current(manifest: dict, source: str | None = None) -> list[dict]:
    """Return the imports that count, of one source or of all, in a fixed order.

    This is the one place where retention takes effect: what it leaves out is neither
    among their months nor in what they cover.
    """
    state = states(manifest)
    return sorted(
        (
            kept_part(manifest, one)
            for one in manifest["imports"].values()
            if state[one["import_id"]]["state"] == "current"
            and source in (None, one["source"])
        ),
        key=lambda one: (one["extracted_at"], one["import_id"]),
    )


def add_event(manifest: dict, import_id: str, what: str, why: str = "") -> None:
    """Record that an import was imported, replaced, withdrawn, restored or pruned."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    manifest["events"].append(
        {"import_id": import_id, "what": what, "why": why, "at": now}
    )


def files(data_dir: Path, imports: list[dict]) -> list[Path]:
    """Return the Parquet files of some imports."""
    return [file(data_dir, one, month) for one in imports for month in one["months"]]


def file(data_dir: Path, one: dict, month: str) -> Path:
    """Return the Parquet file of one month of an import."""
    return data_dir / "lake" / one["source"] / month / f"{one['import_id']}.parquet"


def imports(data_dir: Path) -> pd.DataFrame:
    """Return one row an import, newest last, with its account, state and reason.

    Its counts are those of the import; what it covers is as it is now.
    """
    manifest = read_manifest(data_dir)
    state = states(manifest)
    columns = [
        "import_id", "file", "source", "mapping", "extracted_at", "covers_from",
        "covers_to", *COUNTS,
    ]  # fmt: skip
    rows = [
        {**{name: one[name] for name in columns}, **state[one["import_id"]]}
        for one in (kept_part(manifest, one) for one in manifest["imports"].values())
    ]
    return pd.DataFrame(rows, columns=[*columns, "state", "why"])


def withdraw(data_dir: Path, import_id: str, why: str) -> None:
    """Take an import out of everything built from now on; its files stay.

    Raises UserError for an unknown import, one that does not count, or no reason.
    """
    if not why.strip():
        raise UserError("Say why the import is withdrawn: --why TEXT.")
    _change(data_dir, import_id, "current", "withdrawn", why)


def restore(data_dir: Path, import_id: str, why: str = "") -> None:
    """Undo a withdrawal.

    Raises UserError for an import that is not withdrawn, for one whose rows have been
    deleted, and for one of a file that was imported again since: nobody could say
    which of the two counts.
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


def _refuse_second(manifest: dict, restored: dict) -> None:
    for one in current(manifest, restored["source"]):
        if all(one[name] == restored[name] for name in ("sha256", "mapping")):
            raise UserError(
                f"Import {one['import_id']} of the same file counts now. Withdraw it "
                f"first to put {restored['import_id']} back."
            )


def clear(data_dir: Path) -> None:
    """Empty a demo's data directory. The caller holds the lock."""
    for name in ("inbox", "lake", "quarantine"):
        shutil.rmtree(data_dir / name, ignore_errors=True)
