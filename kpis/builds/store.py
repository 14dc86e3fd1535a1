"""Where builds lie, which of them is in use, and whether its files are all there."""

import json
import os
import shutil
from pathlib import Path

from kpis import warehouse
from kpis.errors import UserError
from kpis.warehouse import StatementError

CUBE = "cube.duckdb"
# holds a database of cells for each year
CELLS = "cells"
# the size of every other file of a build, by its path in it
SIZES = "files.json"


def current_id(data_dir: Path) -> str | None:
    """Return the id of the build in use, or None before the first."""
    build_id = named(data_dir)
    # whoever deletes a build by hand has none until the next
    is_there = build_id is not None and directory(data_dir, build_id).is_dir()
    return build_id if is_there else None


def named(data_dir: Path) -> str | None:
    """Return the build that `builds/current` names, which may be gone."""
    pointer = data_dir / "builds" / "current"
    return pointer.read_text(encoding="utf-8").strip() if pointer.exists() else None


def directory(data_dir: Path, build_id: str) -> Path:
    """Return where a build lies."""
    return data_dir / "builds" / build_id


def number(build_id: str) -> int:
    """Return the number of a build; numbers give the order of builds."""
    return int(build_id.rpartition("-")[2])


def by_number(data_dir: Path) -> dict[int, Path]:
    """Return where the builds lie by number, the oldest first."""
    places = (data_dir / "builds").glob("*-*/")
    return dict(sorted((number(place.name), place) for place in places))


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
    return not _problem(build_dir / CUBE, _sizes(build_dir)[CUBE])


def cells(build_dir: Path) -> dict[str, Path]:
    """Return the files of a finished build's cells, by year; there may be none.

    Builds of an earlier version of this product kept their cells in the cube.
    """
    named = [Path(name) for name in _sizes(build_dir)]
    return {name.stem: build_dir / name for name in named if name.parent.name == CELLS}


def cell_file(build_dir: Path, year: str) -> Path:
    """Return where the cells of a year lie."""
    return build_dir / CELLS / f"{year}.duckdb"


def is_whole(build_dir: Path, file: Path) -> bool:
    """Whether a file of a finished build is as it was made."""
    size = _sizes(build_dir).get(file.relative_to(build_dir).as_posix())
    return not _problem(file, size)


def share(file: Path, place: Path) -> None:
    """Let a build have a file of another; files never change, so one will do."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:
        # some file systems have no links
        shutil.copyfile(file, place)


def list_files(build_dir: Path) -> None:
    """Write down the size of every file of a finished build, for `damage`."""
    sizes = {
        path.relative_to(build_dir).as_posix(): path.stat().st_size
        for path in sorted(build_dir.rglob("*"))
        if path.is_file()
    }
    text = json.dumps(sizes, indent=1) + "\n"
    (build_dir / SIZES).write_text(text, encoding="utf-8")


def damage(build_dir: Path) -> list[str]:
    """Return what is wrong with a build's files, a sentence each; often nothing.

    Of builds of an earlier version of this product, which have no list of files, only
    the cube and the cells are known.
    """
    sizes = _sizes(build_dir)
    problems = {name: _problem(build_dir / name, size) for name, size in sizes.items()}
    return [f"{build_dir / name} {what}." for name, what in problems.items() if what]


def _sizes(build_dir: Path) -> dict[str, int | None]:
    """Return how many bytes each file of a build had, None where no one knows."""
    listed = build_dir / SIZES
    if not listed.exists():
        found = (build_dir / CELLS).glob("*.duckdb")
        return dict.fromkeys([CUBE, *(f"{CELLS}/{path.name}" for path in found)])
    return json.loads(listed.read_text(encoding="utf-8"))


def _problem(path: Path, size: int | None) -> str:
    if not path.exists():
        return "is missing"
    found = path.stat().st_size
    if size not in (None, found):
        return f"is damaged: it has {found:,} bytes in place of {size:,}"
    if path.suffix != Path(CUBE).suffix:
        return ""
    try:
        warehouse.reader({"cube": path}, {}).close()
    except (StatementError, UserError) as error:
        return f"cannot be opened: {str(error).splitlines()[0].rstrip('.')}"
    return ""
