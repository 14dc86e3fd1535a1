"""What of an area and period has not arrived, and so why there is no figure of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kpis import formatting
from kpis.definitions import contracts
from kpis.periods import Period
from kpis.results.completeness import MOST_LOST
from kpis.results.coverage import WHOLE_FORCE, Coverage, Span

# so many areas with the same days missing are counted, not named
MOST_NAMED = 3
# areas x periods that a busy server keeps of one set of exports: about 9 MB
MOST_KEPT = 20_000


@dataclass(frozen=True)
class Missing:
    """Why there is no figure, why it cannot be trusted, why it may still change.

    `caveat` is about so few days that the figure stands.
    """

    not_measured: str = ""
    not_reliable: str = ""
    not_finished: str = ""
    caveat: str = ""


@dataclass(frozen=True)
class _Gap:
    """Days of a source that are missing in some areas; "" is the whole force."""

    source: str
    first: date
    last: date
    looks_empty: bool
    areas: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class MissingExports:
    """What is missing of one set of exports, by area and period.

    Indicators of the same exports share one. Answers are kept, because a page asks the
    same ones for each of its indicators, and they stay true because a build never
    changes. The MOST_KEPT used last are kept, for as long as the build is open.
    """

    def __init__(self, covers: dict[str, Coverage], names: dict[str, str]) -> None:
        self._covers = covers
        self._names = names
        self.of = lru_cache(MOST_KEPT)(self._of)

    def _of(self, area: str, period: Period) -> Missing:
        reason = _why_not_measured(self._covers, area, period)
        if reason:
            return Missing(not_measured=reason)
        gaps = {
            source: cover.missing(period, area)
            for source, cover in self._covers.items()
        }
        if not any(gaps.values()):
            return Missing()
        last = min(cover.last for cover in self._covers.values() if cover.last)
        not_finished = f"Not finished: the exports end on {formatting.day(last)}."
        found = self._gaps(gaps)
        said = " ".join(f"{self._in_words(gap)}." for gap in found)
        if self._is_small(found, area, period):
            is_over = period[1] <= last
            return Missing(caveat=said, not_finished="" if is_over else not_finished)
        return Missing(not_reliable=said, not_finished=not_finished)

    def _gaps(self, gaps: dict[str, dict[str, list[Span]]]) -> list[_Gap]:
        """Return the days without an export that lie before the last covered one.

        A month that one source has not sent yet, and the others have, is among them.
        """
        latest = _latest(self._covers)
        areas: dict[tuple[str, date, date, bool], list[str]] = {}
        for source, of_area in gaps.items():
            cover = self._covers[source]
            for area, spans in of_area.items():
                for first, last in spans:
                    if first <= latest:
                        is_empty = cover.looks_empty(area, (first, last))
                        key = (source, first, min(last, latest), is_empty)
                        areas.setdefault(key, []).append(area)
        return [_Gap(*key, tuple(of_gap)) for key, of_gap in areas.items()]

    def _is_small(self, gaps: list[_Gap], area: str, period: Period) -> bool:
        """Whether hardly a day is missing, and only from exports that were to hold it.

        An export that never arrived is never small: no one knows what it would say.
        """
        if not all(gap.looks_empty for gap in gaps):
            return False
        days = (period[1] - period[0]).days + 1
        for source, cover in self._covers.items():
            areas = len(cover.wanted(area, period))
            own = [gap for gap in gaps if gap.source == source]
            gone = sum(
                gap.days * (areas if WHOLE_FORCE in gap.areas else len(gap.areas))
                for gap in own
            )
            if gone > MOST_LOST * days * areas:
                return False
        return True

    def _in_words(self, gap: _Gap) -> str:
        said = owner(gap.areas, self._names)
        return absence(said, gap.source, gap.first, gap.last, gap.looks_empty)


def never_imported(covers: dict[str, Coverage]) -> str:
    """Return which source has no export that measures an indicator, or ""."""
    for source, cover in covers.items():
        if cover.first is None:
            named = contracts.in_words(source)
            if cover.lacks:
                columns = " and ".join(name.replace("_", " ") for name in cover.lacks)
                return f"No export of {named} has {columns}, which this needs."
            return f"No export of {named} has been imported."
    return ""


def owner(areas: tuple[str, ...], names: Mapping[str, str]) -> str:
    """Return whose days are missing: some names, or how many; "" for the force."""
    if len(areas) > MOST_NAMED:
        return f"{len(areas)} areas"
    return " and ".join(names.get(code, code) for code in areas if code)


def absence(
    owner: str, source: str, first: date, last: date, looks_empty: bool = False
) -> str:
    """Say what has not arrived, without a full stop; owner "" is the whole force.

    An export that was to hold those days, and `looks_empty`, did arrive.
    """
    is_singular = source in contracts.that_say("title_is_singular")
    what, when = contracts.in_words(source), formatting.span(first, last)
    if looks_empty:
        said = f"{what} for {when} {'holds' if is_singular else 'hold'} hardly a row"
    else:
        said = f"{what} for {when} {'has' if is_singular else 'have'} not arrived"
    return formatting.capital(f"{owner}: {said}" if owner else said)


def _why_not_measured(covers: dict[str, Coverage], area: str, period: Period) -> str:
    reason = never_imported(covers)
    if reason:
        return reason
    latest = _latest(covers)
    for source, cover in covers.items():
        named = contracts.in_words(source)
        if cover.days and (period[1] < cover.days[0] or period[0] > latest):
            first, last = map(formatting.day, cover.days)
            return f"Exports of {named} that measure it run from {first} to {last}."
        if not cover.reaches(area):
            return f"No export of {named} covers this area."
    return ""


def _latest(covers: dict[str, Coverage]) -> date:
    """Return the last day that any of the sources covers."""
    return max(cover.last for cover in covers.values() if cover.last)
