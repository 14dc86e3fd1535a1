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
    """Return a revision as it stands beside the figure.

    "was 71.2 % in the build as at 1 March 2004; the definition changed": with a decimal
    more than a figure may have, or a small revision would look like none.
    """
    was = "had no figure" if pd.isna(value) else f"was {_finely(value, unit)}"
    state = " (provisional)" if is_provisional else ""
    when = formatting.period(as_at, "day")
    return f"{was}{state} in the build as at {when}; {REASONS[reason]}"


def _finely(value: float, unit: str) -> str:
    if unit in ("percent", "percent a year", "points"):
        return formatting.exact(round(value, 3), unit)
    return formatting.with_unit(formatting.figure(value, unit), unit)


def hidden_in_words(as_at: date, reason: str) -> str:
    """Return a revision whose earlier figure would betray who came or went."""
    when = formatting.period(as_at, "day")
    return (
        f"changed since the build as at {when}; {REASONS[reason]}; the earlier figure "
        "is not shown, because the difference could be a single person's"
    )
