"""Days that were not like others: what may explain a point, and moves none.

The reference table `calendar_event` names them; a build keeps its own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from kpis import formatting, periods, settings
from kpis.context.marks import Mark
from kpis.results import Build

# come too often to explain a point: what happens each year is in the limits already
USUAL = ("bank_holiday", "new_year")
# a few days are lost in a longer period
SHORT = ("day", "week", "month")
# of the whole force, what one borough had shows by the week at most
SHORTEST = ("day", "week")


@dataclass(frozen=True)
class Event:
    """What happened, from its first to its last day, and who says so."""

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


def marks(found: Iterable[Event], starts: Collection[date], by: str) -> list[Mark]:
    """Return events as a chart draws them, on the point of the period they began in.

    `starts` are the first days of its periods.
    """
    return [
        Mark(start, one.name, in_words(one), True)
        for one in found
        for start in [periods.of_day(one.first, by)[0]]
        if start in starts
    ]


def account(found: Iterable[Event], first: date, last: date) -> list[str]:
    """Return what is to be said of the events that fall into some days."""
    return [
        " ".join(filter(None, [in_words(one), one.source and f"Source: {one.source}."]))
        for one in found
        if one.first <= last and one.last >= first
    ]


def in_words(one: Event) -> str:
    """Return an event in a sentence: "19 to 21 November 2003: State visit ..."."""
    return f"{formatting.span(one.first, one.last)}: {one.name}."
