"""A mark on a chart: where a break or an event stands, and what it says."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Mark:
    """A break or an event as it is drawn: the period it came in, name, whole sentence.

    Of a break it is the first period of the new series.
    `is_dated` is false where the day of the change is not known.
    """

    start: date
    name: str
    sentence: str
    is_dated: bool
