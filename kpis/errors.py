"""Errors that a user can mend. Everything else is our bug and keeps its traceback.

Bottom layer: imports nothing of ours.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class UserError(Exception):
    """Something the user can mend: one paragraph with place, value and remedy."""


class SourceFileError(UserError):
    """A file that cannot be read as mapped; nothing of it was imported."""

    def __init__(self, file, problem, *, line=None, remedy=""):
        place = f"{file}, line {line}" if line else f"{file}"
        super().__init__(f"{place}: {problem} {remedy}".strip())


REPEAT = "What was there before still counts. Then repeat the command."
IS_FULL = (
    "The disk is full. Make room on it (python -m kpis prune removes old builds). "
    + REPEAT
)
IS_GONE = (
    "A file is not there any more. If it is of a build, a newer one has replaced it: "
    "load the page again, or repeat the command. If it is of the lake, put it back "
    "from a backup, or withdraw the import and import its file again."
)
# by the system's own words, because DuckDB passes on nothing else
STORAGE_PROBLEMS = {
    "No space left on device": IS_FULL,
    "Disk quota exceeded": IS_FULL,
    # DuckDB asks the disk how much room its temporary files may take
    "max_temp_directory_size": IS_FULL,
    "File too large": "A file would be larger than is allowed here. Ask for a higher "
    f"limit (ulimit -f shows it). {REPEAT}",
    "Read-only file system": "Nothing can be written there. Make the disk writable, "
    f"or name another directory in DEMAND_DATA_DIR. {REPEAT}",
    "No files found that match the pattern": IS_GONE,
    "database does not exist": IS_GONE,
    # a reader may open only its build's files, and takes a lost one for a directory
    '.parquet/**/*.parquet"': IS_GONE,
    "Permission denied": "This user may not do that. Run the command as the user "
    f"who owns the data directory, or give this one the right to it. {REPEAT}",
}


def of_storage(error: Exception) -> UserError | None:
    """Return what can be done about a full disk, one not to be written, a lost file.

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
