"""What of an area and period has not arrived, and so why there is no figure of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kpis import formatting
from kpis.definitions import contracts
from kpis.periods import Period
from kpis.results.coverage import Coverage, Span

# areas x periods that a busy server keeps of one set of exports: about 9 MB
MOST_KEPT = 20_000


@dataclass(frozen=True)
class Missing:
    """Why there is no figure, why it cannot be trusted, why it may still change."""

    not_measured: str = ""
    not_reliable: str = ""
    not_finished: str = ""


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
        return Missing(
            not_reliable=self._why_not_reliable(gaps),
            not_finished=f"Not finished: the exports end on {formatting.day(last)}.",
        )

    def _why_not_reliable(self, gaps: dict[str, dict[str, list[Span]]]) -> str:
        """Name the days without an export that lie before the last covered one.

        A month that one source has not sent yet, and the others have, is among them.
        """
        latest = _latest(self._covers)
        holes = [
            f"{absence(self._names, source, area, first, min(last, latest))}."
            for source, of_area in gaps.items()
            for area, spans in of_area.items()
            for first, last in spans
            if first <= latest
        ]
        return " ".join(holes)


def never_imported(covers: dict[str, Coverage]) -> str:
    """Return which source has no export that measures an indicator, or ""."""
    for source, cover in covers.items():
        if cover.first is None:
            named = contracts.in_words(source)
            return (
                f"No export of {named} with the columns this needs has been imported."
            )
    return ""


def absence(
    names: Mapping[str, str], source: str, area: str, first: date, last: date
) -> str:
    """Say what has not arrived, without a full stop; area "" is the whole force."""
    owner = f"{names.get(area, area)}: " if area else ""
    verb = "has" if source in contracts.that_say("title_is_singular") else "have"
    what, when = contracts.in_words(source), formatting.span(first, last)
    return formatting.capital(f"{owner}{what} for {when} {verb} not arrived")


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
