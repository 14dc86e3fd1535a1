"""Errors that a user can correct. Everything else is our bug and keeps its traceback.

Bottom layer: imports nothing of ours.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class UserError(Exception):
    """Something the user can correct: one paragraph with place, value and remedy."""


class SourceFileError(UserError):
    """A file that cannot be read as mapped; nothing of it was imported."""

    def __init__(
        self,
        file: str | Path,
        problem: str,
        *,
        line: int | None = None,
        remedy: str = "",
    ):
        place = f"{file}, line {line}" if line else f"{file}"
        super().__init__(f"{place}: {problem} {remedy}".strip())


AGAIN = "Then run the command again: what counted before still counts."
IS_FULL = (
    "This disk is full. Make room on it (python -m kpis prune removes old builds). "
    + AGAIN
)
IS_GONE = (
    "A file is missing. If it belongs to a build, a newer build has replaced it: load "
    "the page again, or run the command again. If it belongs to the lake, restore it "
    "from a backup, or withdraw the import and import its file again."
)
IS_DAMAGED = (
    "A file of the build is damaged. Make the build again: python -m kpis build."
)
# found by the system's own words, because DuckDB passes on nothing else
STORAGE_PROBLEMS = {
    "No space left on device": IS_FULL,
    # one mount within another, even of the same disk
    "Invalid cross-device link": "Part of the data directory is mounted from "
    "elsewhere, so nothing can be moved there in one step. Put the whole data "
    f"directory on one disk. {AGAIN}",
    "Disk quota exceeded": IS_FULL,
    # DuckDB asks the disk how much room its temporary files may take
    "max_temp_directory_size": IS_FULL,
    "Out of Memory Error": "This needs more memory than an import or a build may use. "
    f"Export a shorter period, or close other programs. {AGAIN}",
    "File too large": "A file would be larger than is allowed here. Ask for a higher "
    f"limit (ulimit -f shows it). {AGAIN}",
    "Read-only file system": "Nothing can be written there. Make the disk writable, "
    f"or name another directory in DEMAND_DATA_DIR. {AGAIN}",
    # while a build is open: one that cannot be opened is named by `open_build`
    "Corrupt database file": IS_DAMAGED,
    "Could not read enough bytes from file": IS_DAMAGED,
    "No files found that match the pattern": IS_GONE,
    "database does not exist": IS_GONE,
    # a reader may open only its build's files, and takes a lost one for a directory
    '.parquet/**/*.parquet"': IS_GONE,
    "Not a directory": "There is a file where a directory should be. Move it away. "
    + AGAIN,
    "File name too long": "This name is longer than a disk can hold. Give the file a "
    "shorter one.",
    "Permission denied": "This user may not do that. Use the user who owns the data "
    f"directory, or give this one the right to it. {AGAIN}",
}


def of_storage(error: Exception) -> UserError | None:
    """Return what to do about a full disk, a write-protected one, or a missing file.

    None for an error of any other kind.
    """
    for words, remedy in STORAGE_PROBLEMS.items():
        if words in str(error):
            return UserError(f"{remedy} ({str(error).splitlines()[0]})")
    return None


def unknown(what: str, given: str, known: Iterable[str]) -> str:
    """Return two sentences: there is no such `what`, and the nearest known names."""
    names = list(known)
    listed = f"Known: {', '.join(sorted(names)) or 'none'}."
    return f"There is no {what} '{given}'. {nearest(given, names) or listed}"


def nearest(given: str, known: Iterable[str]) -> str:
    """Return a question with the known name nearest to a given one, or ""."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(given.lower(), list(by_lower), n=1, cutoff=0.5)
    return f"Did you mean '{by_lower[near[0]]}'?" if near else ""


def refuse(faults: Iterable[str]) -> None:
    """Raise UserError with every fault, a line each, if there is one."""
    said = "\n".join(faults)
    if said:
        raise UserError(said)
