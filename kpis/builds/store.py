"""Where builds lie, which of them is in use, and whether its files are all there."""

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from kpis import warehouse
from kpis.errors import UserError
from kpis.warehouse import StatementError

CUBE = "cube.duckdb"
BUILD_ID = re.compile(r"\w+-\d+")
UNREADABLE = "(unreadable)"
# holds a database of cells for each year
CELLS = "cells"
# what is known of every other file of a build, by its path in it
LISTED = "files.json"


@dataclass(frozen=True)
class MadeFile:
    """A file of a finished build as it was made; None and "" where no one knows.

    Only databases have a hash: they are small, and most of one can be damaged although
    it opens. Marts are large.
    """

    size: int | None = None
    sha256: str = ""


def current_id(data_dir: Path) -> str | None:
    """Return the id of the build in use, or None before the first."""
    build_id = named(data_dir)
    # whoever deletes a build by hand has none until the next
    is_there = build_id is not None and directory(data_dir, build_id).is_dir()
    return build_id if is_there else None


def named(data_dir: Path) -> str | None:
    """Return the build that `builds/current` names, which may be gone."""
    pointer = data_dir / "builds" / "current"
    if not pointer.exists():
        return None
    # the file may be cut or overwritten: what is no name is the name of no build
    text = pointer.read_text(encoding="utf-8", errors="replace").strip()
    return text if BUILD_ID.fullmatch(text) else UNREADABLE


def directory(data_dir: Path, build_id: str) -> Path:
    """Return where a build lies."""
    return data_dir / "builds" / build_id


def number(build_id: str) -> int:
    """Return the number of a build; numbers give the order of builds."""
    return int(build_id.rpartition("-")[2])


def by_number(data_dir: Path) -> dict[int, Path]:
    """Return where the builds lie by number, the oldest first."""
    places = (data_dir / "builds").glob("*-*/")
    named = [place for place in places if BUILD_ID.fullmatch(place.name)]
    return dict(sorted((number(place.name), place) for place in named))


def next_number(data_dir: Path) -> int:
    """Return the number of the next build."""
    (data_dir / "builds").mkdir(parents=True, exist_ok=True)
    return max(by_number(data_dir), default=0) + 1


def newest_readable(data_dir: Path) -> Path | None:
    """Return the build in use, or else the newest one whose cube can be opened."""
    now = current_id(data_dir)
    in_use = [directory(data_dir, now)] if now else []
    others = reversed(by_number(data_dir).values())
    return next((place for place in [*in_use, *others] if is_readable(place)), None)


def is_readable(build_dir: Path) -> bool:
    """Whether the cube of a build is whole and can be opened."""
    return not _problem(build_dir / CUBE, _listed(build_dir).get(CUBE, MadeFile()))


def cells(build_dir: Path) -> dict[str, Path]:
    """Return the files of a finished build's cells, by year; there may be none.

    Builds of an earlier version of this product kept their cells in the cube.
    """
    named = [Path(name) for name in _listed(build_dir)]
    return {name.stem: build_dir / name for name in named if name.parent.name == CELLS}


def cell_file(build_dir: Path, year: str) -> Path:
    """Return where the cells of a year lie."""
    return build_dir / CELLS / f"{year}.duckdb"


def is_whole(build_dir: Path, file: Path) -> bool:
    """Whether a file of a finished build is as it was made."""
    made = _listed(build_dir).get(file.relative_to(build_dir).as_posix(), MadeFile())
    return not _problem(file, made)


def share(file: Path, place: Path) -> None:
    """Let a build have a file of another; files never change, so one will do."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:
        # some file systems have no links
        shutil.copyfile(file, place)


def list_files(build_dir: Path) -> None:
    """Write down size and hash of the files of a finished build, for `damage`."""
    made = {
        path.relative_to(build_dir).as_posix(): asdict(
            MadeFile(path.stat().st_size, _digest(path) if _is_database(path) else "")
        )
        for path in sorted(build_dir.rglob("*"))
        if path.is_file()
    }
    text = json.dumps(made, indent=1) + "\n"
    (build_dir / LISTED).write_text(text, encoding="utf-8")


def damage(build_dir: Path) -> list[str]:
    """Return what is wrong with a build's files, a sentence each; often nothing.

    Of builds of an earlier version of this product, which have no list of files, only
    the cube and the cells are known.
    """
    listed = build_dir / LISTED
    if listed.exists() and _read(listed) is None:
        return [f"{listed} is damaged."]
    made = _listed(build_dir)
    problems = {name: _problem(build_dir / name, one) for name, one in made.items()}
    return [f"{build_dir / name} {what}." for name, what in problems.items() if what]


def _listed(build_dir: Path) -> dict[str, MadeFile]:
    """Return what is known of each file of a build.

    Where the list is gone or damaged, these are the databases that are there.
    """
    made = _read(build_dir / LISTED)
    if made is None:
        found = (build_dir / CELLS).glob("*.duckdb")
        names = [CUBE, *(f"{CELLS}/{path.name}" for path in found)]
        return dict.fromkeys(names, MadeFile())
    return made


def _read(listed: Path) -> dict[str, MadeFile] | None:
    """Return what a list of files says, or None where there is none to read.

    Lists of an earlier version of this product have sizes alone.
    """
    try:
        said = json.loads(listed.read_text(encoding="utf-8"))
        return {
            name: MadeFile(one) if isinstance(one, int) else MadeFile(**one)
            for name, one in said.items()
        }
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return None


def _problem(path: Path, made: MadeFile) -> str:
    if not path.is_file():
        return "is missing"
    found = path.stat().st_size
    if made.size not in (None, found):
        return f"is damaged: it has {found:,} bytes in place of {made.size:,}"
    if not _is_database(path):
        return ""
    if made.sha256 and made.sha256 != _digest(path):
        return "is damaged: it does not hold what was written"
    try:
        warehouse.reader({"cube": path}, {}).close()
    except (StatementError, UserError) as error:
        return f"cannot be opened: {str(error).splitlines()[0].rstrip('.')}"
    return ""


def _is_database(path: Path) -> bool:
    return path.suffix == Path(CUBE).suffix


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
