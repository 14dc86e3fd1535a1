"""What an earlier build said of a month, in words."""

from datetime import date

import pandas as pd

from kpis import formatting

REASONS = {
    "definition": "the definition changed",
    "rules": "the program or its reference tables changed",
    "data": "the data changed",
}


def in_words(
    value: float, unit: str, as_at: date, reason: str, is_provisional: bool
) -> str:
    """Return what a figure was, in which build, and why it changed.

    "was 71.2 % in the build as at 1 March 2004; the definition changed": with one
    decimal more than a figure has, or a small revision would look like none.
    """
    was = "had no figure" if pd.isna(value) else f"was {_finely(value, unit)}"
    state = " (provisional)" if is_provisional else ""
    when = formatting.day(as_at)
    return f"{was}{state} in the build as at {when}; {REASONS[reason]}"


def hidden_in_words(as_at: date, reason: str) -> str:
    """Return a revision whose earlier figure would reveal who came or went."""
    return (
        f"changed since the build as at {formatting.day(as_at)}; {REASONS[reason]}; "
        "the earlier figure is not shown, because the difference could be a single "
        "person's"
    )


def _finely(value: float, unit: str) -> str:
    if unit in ("percent", "percent a year", "points"):
        return formatting.exact(round(value, 3), unit)
    return formatting.with_unit(formatting.figure(value, unit), unit)
