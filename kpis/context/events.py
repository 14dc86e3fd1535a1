"""Days that were not like others: they may explain a point, and change none.

The reference table `calendar_event` names them; a build keeps its own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from kpis import formatting, periods, settings
from kpis.context.marks import Mark
from kpis.results import Build

# too frequent to explain a point: what happens each year is in the limits already
USUAL = ("bank_holiday", "new_year")
# a few days are lost in a longer period
SHORT = ("day", "week", "month")
# in a longer period of the whole force, one borough's event is lost
SHORTEST = ("day", "week")


@dataclass(frozen=True)
class Event:
    """What happened, from its first to its last day, and the source."""

    name: str
    first: date
    last: date
    source: str


def of_area(build: Build, area: str, by: str) -> list[Event]:
    """Return the events that may explain a point of an area by such periods."""
    if by not in SHORT:
        return []
    is_whole = area == settings.FORCE and by in SHORTEST
    return [
        Event(name, first, last, source or "")
        for name, kind, first, last, bocu, source in build.table("events")
        if kind not in USUAL and (bocu in (None, area) or is_whole)
    ]


def marks(events: Iterable[Event], starts: Collection[date], by: str) -> list[Mark]:
    """Return events as a chart draws them, each at the period in which it began.

    `starts` are the first days of the chart's periods.
    """
    return [
        Mark(start, event.name, in_words(event), True)
        for event in events
        for start in [periods.of_day(event.first, by)[0]]
        if start in starts
    ]


def notes(events: Iterable[Event], first: date, last: date) -> list[str]:
    """Return a note on each event of some days, with its source."""
    return [
        " ".join(
            filter(None, [in_words(event), event.source and f"Source: {event.source}."])
        )
        for event in events
        if event.first <= last and event.last >= first
    ]


def in_words(event: Event) -> str:
    """Return an event in a sentence: "19 to 21 November 2003: State visit ..."."""
    return f"{formatting.span(event.first, event.last)}: {event.name}."
