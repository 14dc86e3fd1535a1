"""Preview: what an import will change, worked out before it counts.

The import and the build after it are made in a view of the data directory: its files
are the same ones, which never change, so links to them will do. What is new in the view
can wait in `waiting/` until it is taken or left. To take it is to move it: nothing is
worked out again.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kpis import pipeline, settings
from kpis.builds import store
from kpis.errors import UserError
from kpis.ingest import importer, lake
from kpis.pipeline import Progress
from kpis.results import Build, opened_build, queries

MOST_MOVES = 10
# all that an import and a build read; what they write replaces it and changes no file
SEEN = ("lake", "mappings", "reference", "caller_key")
# and what of it an import and its build add to
MADE = ("builds", "lake", "quarantine", "caller_key")
MANIFEST = Path("lake") / lake.MANIFEST
COPY = Path("lake") / lake.COPY
CURRENT = Path("builds") / "current"
ABOUT = "preview.json"


@dataclass(frozen=True)
class Waiting:
    """An import that waits: its accounts, and whether it can still be taken.

    It cannot once anything else was imported, withdrawn or built.
    """

    accounts: list[dict[str, Any]]
    is_current: bool


@contextmanager
def view(data_dir: Path) -> Iterator[Path]:
    """Yield a view of a data directory: what is done in it changes nothing outside.

    Meanwhile no one else writes.
    """
    with lake.writing(data_dir) as temporary:
        place = temporary / "view"
        for name in SEEN:
            _link(data_dir / name, place / name)
        build_id = store.current_id(data_dir)
        for build in store.by_number(data_dir).values():
            # empty ones keep their numbers
            (place / "builds" / build.name).mkdir(parents=True)
        if build_id:
            shutil.rmtree(store.directory(place, build_id))
            _link(store.directory(data_dir, build_id), store.directory(place, build_id))
            _link(data_dir / CURRENT, place / CURRENT)
        yield place


def add_moves(
    accounts: list[dict[str, Any]], data_dir: Path, place: Path, progress: Progress
) -> list[dict[str, Any]]:
    """Build in a view and return accounts with the figures that move most.

    `moved` of `compared` figures change. Without a build to compare with none does.
    """
    changing = [account for account in accounts if importer.is_new(account)]
    if not changing:
        return accounts
    pipeline.build(place, progress=progress)
    if not store.current_id(data_dir):
        return accounts
    with (
        closing(opened_build.open_build(data_dir)) as before,
        closing(opened_build.open_build(place)) as after,
    ):
        return [
            {**account, **_moves(account, before, after)}
            if account["months"]
            else account
            for account in accounts
        ]


def _moves(account: dict[str, Any], before: Build, after: Build) -> dict[str, Any]:
    """Return how figures of the months that an import touches move, the most first.

    A figure moves most by its relative change, given its number of cases: a few cases
    move by chance. Where a figure could reveal a person, its difference could, too.
    """
    figures = _figures(account, before).merge(
        _figures(account, after),
        on=["kpi", "area", "period_start", "period_end"],
        suffixes=("_before", "_after"),
    )
    figures = figures[figures["value_before"].notna()]
    values = figures[["value_before", "value_after"]]
    change = values.diff(axis=1).iloc[:, 1].abs()
    moved = figures[~change.le(1e-12)]
    # one that disappears moves by all of itself
    relative = (change / values.abs().max(axis=1)).fillna(1.0)
    cases = moved[["n_before", "n_after"]].max(axis=1).fillna(1.0)
    size = relative[moved.index] * cases**0.5
    is_small = moved["state_before"] == "too_few"
    order = moved.assign(is_small=is_small, size=size).sort_values(
        ["is_small", "size", "kpi", "area", "period_start"],
        ascending=[True, False, True, True, True],
    )
    # of one indicator and area the period that moves most
    order = order.drop_duplicates(["kpi", "area"])
    return {
        "compared": len(figures),
        "moved": len(moved),
        "moves": [_move(row) for _, row in order.head(MOST_MOVES).iterrows()],
    }


def _figures(account: dict[str, Any], build: Build) -> pd.DataFrame:
    """Return the figures of a build that an import may move."""
    months = [pd.Timestamp(f"{month}-01").date() for month in account["months"]]
    by_length: dict[str, list[str]] = {}
    for kpi in build.kpis.values():
        is_made_of_it = account["source"] in kpi.population.needs
        if is_made_of_it and not kpi.disclosure.is_needed:
            length = queries.usual_period(build, kpi.id, settings.FORCE)
            by_length.setdefault(length, []).append(kpi.id)
    codes = list(queries.areas(build)["code"])
    frames = [
        queries.series(build, kpis, codes, min(months), max(months), length)
        for length, kpis in by_length.items()
    ]
    columns = ["kpi", "area", "period_start", "period_end", "value", "n", "state"]
    return pd.concat(frames)[columns] if frames else pd.DataFrame(columns=columns)


def _move(row: pd.Series) -> dict[str, Any]:
    def plain(name: str) -> float | None:
        return None if pd.isna(row[name]) else float(row[name])

    return {
        "kpi": row["kpi"],
        "area": row["area"],
        "period_start": row["period_start"].date().isoformat(),
        "period_end": row["period_end"].date().isoformat(),
        "before": plain("value_before"),
        "after": plain("value_after"),
        "n_before": plain("n_before"),
        "n_after": plain("n_after"),
        "state_before": row["state_before"],
        "state_after": row["state_after"],
    }


def keep(accounts: list[dict[str, Any]], data_dir: Path, place: Path) -> None:
    """Let what is new in a view wait until it is taken or left.

    Only one import waits: it takes the place of another.
    """
    waits = place.with_name(lake.WAITING)
    for path in _files(place):
        own = path.relative_to(place)
        known = data_dir / own
        is_new = not known.exists() or not known.samefile(path)
        if is_new and own.parts[0] in MADE:
            _move_file(path, place, waits)
    about = {"base": _base(data_dir), "accounts": accounts}
    lake.write_atomically(waits / ABOUT, json.dumps(about) + "\n")
    lake.forget_waiting(data_dir)
    waits.replace(data_dir / lake.WAITING)


def waiting(data_dir: Path) -> Waiting | None:
    """Return the import that waits, or None."""
    about = data_dir / lake.WAITING / ABOUT
    if not about.exists():
        return None
    said = json.loads(about.read_text(encoding="utf-8"))
    return Waiting(said["accounts"], said["base"] == _base(data_dir))


def retired_file(data_dir: Path, source: str, import_id: str) -> Path:
    """Return the file of the rows that the import which waits would retire."""
    return lake.retired_file(data_dir / lake.WAITING, source, import_id)


def take(data_dir: Path) -> list[dict[str, Any]]:
    """Make the import that waits count, and show its build; return its accounts.

    Raises UserError where none waits, and where something else was imported, withdrawn
    or built since: then it would change something else than what was shown.
    """
    with lake.writing(data_dir):
        waits = data_dir / lake.WAITING
        found = waiting(data_dir)
        if found is None:
            raise UserError("No import is waiting. Import the file again.")
        if not found.is_current:
            raise UserError(
                "Something else was imported, withdrawn or built since. Leave this "
                "import and import the file again, to see what it changes now."
            )
        # the manifest comes last: until then nothing counts
        last = [waits / MANIFEST, waits / COPY, waits / CURRENT]
        for path in _files(waits):
            if path not in last and path.name != ABOUT:
                _move_file(path, waits, data_dir)
        for path in last:
            _move_file(path, waits, data_dir)
        lake.forget_waiting(data_dir)
    return found.accounts


def leave(data_dir: Path) -> None:
    """Forget the import that waits; nothing has changed."""
    with lake.writing(data_dir):
        lake.forget_waiting(data_dir)


def _base(data_dir: Path) -> str:
    """Hash what an import starts from: the manifest and the build in use."""
    manifest = data_dir / MANIFEST
    text = manifest.read_bytes() if manifest.exists() else b""
    return hashlib.sha256(text + f"{store.current_id(data_dir)}".encode()).hexdigest()


def _files(place: Path) -> list[Path]:
    """Return the files in a directory that matter to more than one process."""
    return [
        path
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.name != "lock"
    ]


def _move_file(path: Path, source: Path, target: Path) -> None:
    place = target / path.relative_to(source)
    place.parent.mkdir(parents=True, exist_ok=True)
    path.replace(place)


def _link(source: Path, target: Path) -> None:
    """Make a file or a directory visible in another place as well."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link_file)
    elif source.exists():
        _link_file(source, target)


def _link_file(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # some file systems have no links
        shutil.copy2(source, target)
