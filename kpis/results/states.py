"""The state of a cell, and the reason in a sentence.

`docs/architecture.md` has the order of precedence. The rules look at what has
arrived (`coverage`) and at the number of cases, never at the value.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from kpis import formatting, periods, settings
from kpis.definitions import Kpi, contracts
from kpis.periods import Period
from kpis.results import coverage
from kpis.results.coverage import Coverage
from kpis.results.disclosure import LEAST

HIDES_VALUE = ("not_applicable", "not_measured", "suppressed", "not_reliable")
MOST_FAULTS_NAMED = 3
# what a busy server keeps of a build at most, by group of exports
MOST_TOLD = 20_000
LENGTH_WORDS = {
    "month": "month",
    "quarter": "quarter",
    "year": "financial year",
    "rolling12": "twelve months",
}
MEASURED_BY = {
    "facility": "front counter",
    "site": "call-handling site",
    "bocu": "borough",
    "mps": "force",
}


@dataclass(frozen=True)
class Told:
    """What arrived for an area and period: why there is no figure, what is missing."""

    not_measured: str = ""
    not_reliable: str = ""
    has_gaps: bool = False


@dataclass(frozen=True)
class Arrived:
    """What is known of an indicator's sources: covered days, faults, areas' names.

    `faults` are the findings that make figures unreliable, with area_code (empty: the
    whole force), first_on, last_on and says. `standards` are the spans of days in which
    the indicator's standard was in force, or None where it has none. `hidden` are, by
    length of period, the areas that are not shown for the sake of few people. `months`
    are those in which anything was recorded for it, None where that says nothing.
    `told` keeps what was found of areas and periods, for all indicators of the same
    exports.
    """

    covers: dict[str, Coverage]
    faults: list[dict]
    names: dict[str, str]
    standards: list[Period] | None = None
    hidden: dict[str, frozenset[str]] = field(default_factory=dict)
    months: frozenset[date] | None = None
    told: dict = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def first(self) -> date | None:
        """Return the first day of which every source tells."""
        return coverage.first_day(self.covers)

    @cached_property
    def last(self) -> date | None:
        """Return the last day of which every source tells."""
        return coverage.last_day(self.covers)

    @cached_property
    def latest(self) -> date:
        """Return the last day that any of the sources covers."""
        return max(cover.last for cover in self.covers.values())

    @cached_property
    def as_at(self) -> date:
        """Return when the oldest of the sources' latest exports was made."""
        return min(cover.as_at for cover in self.covers.values())


def of_cell(
    kpi: Kpi, arrived: Arrived, area_kind: str, by: str, cell
) -> tuple[str, str]:
    """Return state and reason; the reason of a plain value is empty.

    `cell` has area, period_start, period_end, fewest, value, publishers and
    incomplete: why too little is recorded to trust it, or "".
    """
    reason = _why_not_applicable(kpi, area_kind, by)
    if reason:
        return "not_applicable", reason
    if kpi.population.stage == "published":
        return _of_published(arrived, cell)
    period = (cell.period_start, cell.period_end)
    told = _told(arrived, period, cell.area)
    reason = (
        told.not_measured
        or _why_no_standard(arrived, period)
        or _why_no_rows(arrived, period)
    )
    if reason:
        return "not_measured", reason
    reason = _why_suppressed(kpi, arrived, area_kind, by, cell)
    if reason:
        return "suppressed", reason
    reason = told.not_reliable or _faults(arrived, period, cell.area)
    if reason:
        return "not_reliable", reason
    n = 0 if pd.isna(cell.fewest) else int(cell.fewest)
    if n < kpi.judging.min_n:
        return "too_few", f"{n} of the {kpi.judging.min_n} cases that a figure needs."
    if cell.incomplete:
        return "not_reliable", cell.incomplete
    if pd.isna(cell.value):
        return "too_few", "There is nothing on one side of the division."
    if told.has_gaps:
        return (
            "provisional",
            f"Not finished: the exports end on {formatting.day(arrived.last)}.",
        )
    if not is_settled(kpi, arrived, period):
        days = kpi.judging.settles_after_days
        return "provisional", f"Late entries may still come in for {days} days."
    return "value", ""


def _told(arrived: Arrived, period: Period, area: str) -> Told:
    key = (area, *period)
    if key not in arrived.told:
        if len(arrived.told) >= MOST_TOLD:
            arrived.told.clear()
        arrived.told[key] = _tell(arrived, period, area)
    return arrived.told[key]


def _tell(arrived: Arrived, period: Period, area: str) -> Told:
    reason = _why_not_measured(arrived, period, area)
    if reason:
        return Told(not_measured=reason)
    gaps = {
        source: cover.missing(period, area) for source, cover in arrived.covers.items()
    }
    holes = _why_not_reliable(arrived, gaps)
    return Told(not_reliable=holes, has_gaps=any(gaps.values()))


def is_settled(kpi: Kpi, arrived: Arrived, period: Period) -> bool:
    """Whether the settling time had passed when the latest exports were made.

    What follows a period's last day must be covered too where it decides its rows.
    """
    is_late_enough = (
        period[1] + timedelta(kpi.judging.settles_after_days) < arrived.as_at
    )
    needed_until = period[1] + timedelta(kpi.population.looks_ahead_days)
    return is_late_enough and needed_until <= max(arrived.last, period[1])


def is_shown_apart(kpi: Kpi, arrived: Arrived, period: Period) -> bool:
    """Whether a period of few people is shown by area: all has come, and settled."""
    is_whole = arrived.first <= period[0] and period[1] <= arrived.last
    return is_whole and is_settled(kpi, arrived, period)


def _why_suppressed(kpi: Kpi, arrived: Arrived, area_kind: str, by: str, cell) -> str:
    if not kpi.disclosure.is_needed:
        return ""
    if cell.area in arrived.hidden.get(by, ()):
        return (
            f"Not shown by {LENGTH_WORDS[by]}: so few people, here or in an area from "
            "which theirs could be worked out, that a figure might give one away."
        )
    n = 0 if pd.isna(cell.fewest) else int(cell.fewest)
    is_few = kpi.disclosure.protects == "respondents" and n < LEAST["respondents"]
    is_apart = is_shown_apart(kpi, arrived, (cell.period_start, cell.period_end))
    if not is_apart and (area_kind != "mps" or is_few):
        return "About people: shown once every answer of the period is in."
    return ""


def _of_published(arrived: Arrived, cell) -> tuple[str, str]:
    if pd.isna(cell.publishers):
        unpublished = "No figure was published for exactly this period."
        return "not_measured", _never_imported(arrived) or unpublished
    if cell.publishers > 1:
        return "not_reliable", "Differing figures were published for this period."
    return "reported", "Published as a finished figure, without its parts."


def _why_not_applicable(kpi: Kpi, area_kind: str, by: str) -> str:
    smallest = kpi.population.smallest_period.get(area_kind)
    measured_by = MEASURED_BY[kpi.population.area]
    if smallest is None and kpi.population.area == area_kind:
        return f"One {measured_by} has too few cases: see the whole force."
    if smallest is None:
        return f"Measured by {measured_by}, not for this area."
    if periods.LENGTHS.index(by) < periods.LENGTHS.index(smallest):
        return f"Has a figure by {smallest} and longer only."
    return ""


def _never_imported(arrived: Arrived) -> str:
    for source, cover in arrived.covers.items():
        if cover.first is None:
            named = contracts.in_words(source)
            return f"No export of {named} with what this needs has been imported."
    return ""


def _why_not_measured(arrived: Arrived, period: Period, area: str) -> str:
    never = _never_imported(arrived)
    if never:
        return never
    for source, cover in arrived.covers.items():
        named = contracts.in_words(source)
        if period[1] < cover.first or period[0] > arrived.latest:
            first, last = formatting.day(cover.first), formatting.day(cover.last)
            return f"Exports of {named} that measure it run from {first} to {last}."
        if not cover.reaches(area):
            return f"No export of {named} covers this area."
    return ""


def _why_no_standard(arrived: Arrived, period: Period) -> str:
    if arrived.standards is not None and not any(
        first <= period[1] and last >= period[0] for first, last in arrived.standards
    ):
        return "No standard to measure it against had been set."
    return ""


def _why_no_rows(arrived: Arrived, period: Period) -> str:
    """Say that nobody was asked: a question that no survey had is no answer of none."""
    if arrived.months is None:
        return ""
    first = period[0].replace(day=1)
    if any(first <= month <= period[1] for month in arrived.months):
        return ""
    return "No survey of this period asked it, anywhere in the force."


def _why_not_reliable(arrived: Arrived, gaps: dict[str, dict]) -> str:
    """Name the holes: days without an export that lie before the last covered one.

    A month of one source that is still to come, where the others have come, is one.
    """
    holes = [
        f"{absence(arrived.names, source, area, first, min(last, arrived.latest))}."
        for source, of_area in gaps.items()
        for area, spans in of_area.items()
        for first, last in spans
        if first <= arrived.latest
    ]
    return " ".join(holes)


def absence(names, source: str, area: str, first: date, last: date) -> str:
    """Say what has not arrived, without a full stop; area "" is the whole force."""
    owner = f"{names.get(area, area)}: " if area else ""
    what, when = contracts.in_words(source), formatting.span(first, last)
    verb = "has" if source in contracts.that_say("title_is_singular") else "have"
    return formatting.capital(f"{owner}{what} for {when} {verb} not arrived")


def _faults(arrived: Arrived, period: Period, area: str) -> str:
    """Say what makes a figure unreliable though everything has arrived."""
    said = dict.fromkeys(
        f"{arrived.names.get(one['area_code'], 'Everywhere')}, "
        f"{formatting.span(one['first_on'], one['last_on'])}: {one['says']}"
        for one in arrived.faults
        if one["first_on"] <= period[1]
        and one["last_on"] >= period[0]
        and (area == settings.FORCE or one["area_code"] in ("", area))
    )
    rest = len(said) - MOST_FAULTS_NAMED
    also = [f"And {rest} more."] if rest > 0 else []
    return " ".join([*list(said)[:MOST_FAULTS_NAMED], *also])
