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


def unknown(what: str, given: str, known: Iterable[str]) -> str:
    """One sentence: `given` is no `what`, with the nearest known names."""
    known = list(known)
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(given.lower(), list(by_lower), n=1, cutoff=0.5)
    if near:
        return f"There is no {what} '{given}'. Did you mean '{by_lower[near[0]]}'?"
    return f"There is no {what} '{given}'. Known: {', '.join(sorted(known)) or 'none'}."
