"""A mark on a chart: where a break or an event is drawn, and what it says."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Mark:
    """A break or an event as a chart draws it.

    `start` is the first day of the period it is drawn at: for a break, the first period
    of the new series. `name` is short, `sentence` says the whole; `is_dated` is False
    where the day of the change is not known.
    """

    start: date
    name: str
    sentence: str
    is_dated: bool
