"""Pruning: removes old builds, files that no longer count, and rows past their time.

What will be removed is written into the manifest before any file goes, so the next run
finishes one that was cut short. Nothing here looks at a clock: builds are ordered by
their number, imports by their events.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from kpis import periods, warehouse
from kpis.builds import store
from kpis.definitions import contracts
from kpis.errors import UserError
from kpis.ingest import ImportRecord, Manifest, lake, refused_keys

BUILDS_KEPT = 3
NOT_COUNTING = ("withdrawn", "replaced")
# a user's own files next to ours are not ours to remove
OWN_NAME = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True)
class Limit:
    """How long the rows of a source are kept: none from before a month (YYYY-MM)."""

    source: str
    before: str
    why: str


@dataclass(frozen=True)
class Removal:
    """What is removed: builds, files of the lake and of the quarantine, and bytes.

    `new_build` is the build that had to be made first, if any.
    """

    builds: list[Path]
    files: list[Path]
    size: int
    new_build: str = ""


def record(data_dir: Path, limit: Limit) -> None:
    """Write into the manifest that earlier rows of a source are to be deleted.

    From then on they count no more; `prune` deletes them. Raises UserError for an
    unknown source, or without a reason.
    """
    with lake.writing(data_dir):
        manifest = lake.read_manifest(data_dir)
        _add(manifest, limit, data_dir)
        lake.write_manifest(data_dir, manifest)


def plan(
    data_dir: Path, keep: int = BUILDS_KEPT, limit: Limit | None = None
) -> Removal:
    """Return what `prune` would remove now, or after a limit was recorded."""
    manifest = lake.read_manifest(data_dir)
    if limit:
        _add(manifest, limit, data_dir)
    return _plan(data_dir, manifest, keep)


def prune(
    data_dir: Path, rebuild: Callable[[Path], str], keep: int = BUILDS_KEPT
) -> Removal:
    """Remove what is not needed any more, and return what was removed.

    The newest builds and the current one are kept. Where the current build still holds
    rows that are to be deleted, `rebuild` makes a full one first and returns its id.
    Files of an import go when it does not count and no build that is kept lists it: it
    is then pruned, and cannot be restored.
    """
    new_build = ""
    if _is_build_due(data_dir):
        # whole, so that nothing is taken over from a build that has such rows
        new_build = rebuild(data_dir)
    with lake.writing(data_dir) as temporary:
        manifest = lake.read_manifest(data_dir)
        # it may hold rows that are to be deleted
        lake.forget_waiting(data_dir)
        removal = _plan(data_dir, manifest, keep)
        if manifest != lake.read_manifest(data_dir):
            lake.write_manifest(data_dir, manifest)
        for path in removal.builds:
            # in one step, so that no reader meets half a build
            path.replace(temporary / path.name)
        _forget_past_rows(data_dir, manifest, temporary)
        for path in removal.files:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    return replace(removal, new_build=new_build)


def _add(manifest: Manifest, limit: Limit, data_dir: Path) -> None:
    contract = contracts.load(limit.source)
    if not limit.why.strip():
        raise UserError("Say why these rows are to be deleted: --why TEXT.")
    month = date.fromisoformat(f"{limit.before}-01")
    start = periods.of_day(month, contract.stands_for)[0]
    if start != month:
        raise UserError(
            f"A row of {limit.source} stands for a {contract.stands_for}, and none "
            f"begins in {limit.before}. Delete those before {start:%Y-%m}."
        )
    first = lake.first_kept(manifest, limit.source)
    if first is None or first < limit.before:
        manifest["retention"].append(
            {
                "source": limit.source,
                "before": limit.before,
                "why": limit.why,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "last_build": max(store.by_number(data_dir), default=0),
            }
        )


def _plan(data_dir: Path, manifest: Manifest, keep: int) -> Removal:
    """Return what is to go, and add to the manifest which imports lose their files."""
    builds = store.by_number(data_dir)
    kept = _kept_builds(data_dir, manifest, builds, keep)
    state = lake.states(manifest)
    over = [name for name in state if state[name]["state"] in NOT_COUNTING]
    listed = _listed(builds[number] for number in kept) if over else set()
    for name in over:
        if name not in listed:
            one = state[name]
            why = f"{one['state']}: {one['why']}; no build that is kept lists it"
            lake.add_event(manifest, name, "pruned", why)
    removed = [path for number, path in builds.items() if number not in kept]
    files = _unwanted_files(data_dir, manifest)
    inside = [file for path in removed for file in path.rglob("*") if file.is_file()]
    return Removal(removed, files, _freed([*inside, *files]))


def _last_build_with_rows_to_delete(manifest: Manifest) -> int:
    return max((one["last_build"] for one in manifest["retention"]), default=0)


def _is_build_due(data_dir: Path) -> bool:
    now = store.current_id(data_dir)
    last = _last_build_with_rows_to_delete(lake.read_manifest(data_dir))
    return now is not None and store.number(now) <= last


def _kept_builds(
    data_dir: Path, manifest: Manifest, builds: Iterable[int], keep: int
) -> set[int]:
    newest = sorted(builds)[-keep:]
    now = store.current_id(data_dir)
    kept = {*newest, store.number(now)} if now else set(newest)
    last = _last_build_with_rows_to_delete(manifest)
    return {number for number in kept if number > last}


def _listed(builds: Iterable[Path]) -> set[str]:
    """Return the imports that some builds are made of; a damaged one says nothing."""
    listed = set()
    for path in filter(store.is_readable, builds):
        db = warehouse.reader({"cube": path / store.CUBE}, {})
        frame = db.query(warehouse.text("results/imports"))
        db.close()
        listed |= set(frame["import_id"])
    return listed


def _unwanted_files(data_dir: Path, manifest: Manifest) -> list[Path]:
    """Return the files of the lake and the quarantine that nothing needs.

    Where the manifest lists nothing, none: it may have been lost.
    """
    if not manifest["imports"]:
        return []
    staying = _staying(manifest)
    wanted = set(
        lake.files(data_dir, [lake.kept_part(manifest, one) for one in staying])
    )
    wanted |= set(lake.side_files(data_dir, staying))
    wanted |= {
        data_dir / "quarantine" / f"{one['import_id']}.csv"
        for one in staying
        if lake.kept_part(manifest, one) == one
    }
    held = [
        *(data_dir / "lake").glob("*/*/*.parquet"),
        *(data_dir / "quarantine").glob("*.csv"),
    ]
    return sorted(
        path for path in held if OWN_NAME.fullmatch(path.stem) and path not in wanted
    )


def _forget_past_rows(data_dir: Path, manifest: Manifest, temporary: Path) -> None:
    """Remove what is known of refused and retired rows of months kept no longer."""
    for import_ in _staying(manifest):
        first = lake.first_kept(manifest, import_["source"])
        if first:
            for file in lake.side_files(data_dir, [import_]):
                refused_keys.forget_before(file, first, temporary)


def _staying(manifest: Manifest) -> list[ImportRecord]:
    """Return the imports whose rows have not been deleted."""
    state = lake.states(manifest)
    return [
        import_
        for import_id, import_ in manifest["imports"].items()
        if state[import_id]["state"] != "pruned"
    ]


def _freed(files: list[Path]) -> int:
    """Return the bytes that removing files sets free.

    Builds share what has not changed between them: a file is gone with its last name.
    """
    found = [path.stat() for path in files]
    removed = Counter(one.st_ino for one in found)
    by_inode = {one.st_ino: one for one in found}
    return sum(
        one.st_size for inode, one in by_inode.items() if removed[inode] == one.st_nlink
    )
