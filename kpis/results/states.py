"""The state of a cell, and the reason for it in a sentence.

`docs/architecture.md` has the order of precedence. The rules look at what has
arrived (`coverage`) and at the number of cases, never at how high a value is.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import pandas as pd
from pandas.api.typing import NAType

from kpis import formatting, periods, settings
from kpis.definitions import Kpi
from kpis.periods import Period
from kpis.results import coverage
from kpis.results.completeness import COMPLETE, Completeness
from kpis.results.coverage import Coverage
from kpis.results.disclosure import Hidden, made_of
from kpis.results.missing_exports import MissingExports, never_imported
from kpis.results.missing_rows import MissingRows

HIDES_VALUE = ("not_applicable", "not_measured", "suppressed", "not_reliable")
MOST_FINDINGS_NAMED = 3
OVERLAP = (
    "twelve months that overlap others would reveal shorter periods of few people."
)
MEASURED_BY = {
    "facility": "front counter",
    "site": "call-handling site",
    "bocu": "borough",
    "mps": "force",
}


@dataclass(frozen=True)
class UnreliableFinding:
    """A finding that makes figures unreliable: what it says of an area and its days.

    `area_code` is empty for the whole force; `unusable` has, by source, the columns
    that no figure can be made of.
    """

    area_code: str
    first_on: date
    last_on: date
    says: str
    unusable: dict[str, frozenset[str]]


@dataclass(frozen=True)
class Arrived:
    """What is known of an indicator's sources: what has arrived, and what is missing.

    `findings` are those that make its figures unreliable. `standards` are the spans of
    days in which its standard was in force, None where it has none. `hidden` is what is
    not shown because of few people. `months` are those that have rows, None where that
    says nothing.
    """

    covers: dict[str, Coverage]
    missing: MissingExports
    rows: MissingRows
    findings: list[UnreliableFinding]
    names: dict[str, str]
    standards: list[Period] | None = None
    hidden: Hidden = field(default_factory=Hidden)
    months: frozenset[date] | None = None

    @cached_property
    def first(self) -> date | None:
        """Return the day from which every source has data, or None."""
        return coverage.first_day(self.covers)

    @cached_property
    def last(self) -> date | None:
        """Return the day up to which every source has data, or None."""
        return coverage.last_day(self.covers)

    @cached_property
    def as_at(self) -> date | None:
        """Return when the oldest of the sources' latest exports was made, or None."""
        days = [cover.as_at for cover in self.covers.values() if cover.as_at]
        return min(days) if len(days) == len(self.covers) else None


class Cell(NamedTuple):
    """What decides the state of a cell; numbers are NaN or NA without rows.

    `question` is the place of the question that asked for it. `fewest` is n, or that
    of the smaller side of a difference. `publishers` counts differing published
    figures. `incomplete` says why too little is recorded to trust it, or "".
    """

    question: int
    kpi: str
    area: str
    period_start: date
    period_end: date
    value: float | NAType
    fewest: float | NAType
    publishers: float | NAType
    incomplete: str

    @property
    def period(self) -> Period:
        """Return its first and last day."""
        return self.period_start, self.period_end

    @property
    def n(self) -> int:
        """Return the number of cases, of the smaller side of a difference."""
        return 0 if pd.isna(self.fewest) else int(self.fewest)


def of_cell(
    kpi: Kpi,
    arrived: Arrived,
    area_kind: str,
    by: str,
    cell: Cell,
    complete: Completeness = COMPLETE,
) -> tuple[str, str]:
    """Return state and reason; the reason of a plain value is empty."""
    reason = _why_not_applicable(kpi, area_kind, by)
    if reason:
        return "not_applicable", reason
    if kpi.population.stage == "published":
        return _of_published(arrived, cell)
    period = cell.period
    missing = arrived.missing.of(cell.area, period)
    reason = (
        missing.not_measured
        or _why_no_standard(arrived, period)
        or _why_no_rows(arrived, period)
    )
    if reason:
        return "not_measured", reason
    reason = _why_suppressed(kpi, arrived, by, cell)
    if reason:
        return "suppressed", reason
    found = [complete.not_reliable, _why_unreliable(arrived, period, cell.area)]
    reason = missing.not_reliable or " ".join(filter(None, found))
    if reason:
        return "not_reliable", reason
    least = kpi.judging.min_n
    if cell.n < least:
        return "too_few", f"{cell.n} of the {least} cases that a figure needs."
    if cell.incomplete:
        return "not_reliable", cell.incomplete
    if pd.isna(cell.value):
        return "too_few", "One side of the division is empty."
    if missing.not_finished:
        return "provisional", missing.not_finished
    if not is_settled(kpi, arrived, period):
        days = kpi.judging.settles_after_days
        return "provisional", f"Late entries may still come in for {days} days."
    return "value", ""


def is_settled(kpi: Kpi, arrived: Arrived, period: Period) -> bool:
    """Whether the settling time had passed when the latest exports were made.

    Days after the period must be covered too where they decide its rows.
    """
    if arrived.last is None or arrived.as_at is None:
        return False
    last = period[1]
    is_late_enough = last + timedelta(kpi.judging.settles_after_days) < arrived.as_at
    needed_until = last + timedelta(kpi.population.looks_ahead_days)
    return is_late_enough and needed_until <= max(arrived.last, last)


def is_shown_apart(kpi: Kpi, arrived: Arrived, period: Period) -> bool:
    """Whether a period about people is shown by area: complete, and settled."""
    if arrived.first is None or arrived.last is None:
        return False
    is_whole = arrived.first <= period[0] and period[1] <= arrived.last
    return is_whole and is_settled(kpi, arrived, period)


def _why_suppressed(kpi: Kpi, arrived: Arrived, by: str, cell: Cell) -> str:
    if not kpi.disclosure.is_needed:
        return ""
    if not is_shown_apart(kpi, arrived, cell.period):
        if arrived.hidden.has_unsettled(cell.area, cell.period):
            return "About individual people: shown once all data for the period is in."
        return ""
    if not arrived.hidden.has(cell.area, by, cell.period):
        return ""
    length = made_of(by, cell.period)
    if by == "rolling12" and not arrived.hidden.has(cell.area, "year", cell.period):
        is_by_year = arrived.hidden.has(cell.area, "quarter", cell.period)
        whole = "financial years" if is_by_year else "the ends of quarters"
        return f"Shown here only for {whole}: {OVERLAP}"
    return (
        f"Not shown by {formatting.LENGTH_WORDS[length]}: too few people here, or in "
        "an area whose figure could be worked out from it."
    )


def _of_published(arrived: Arrived, cell: Cell) -> tuple[str, str]:
    if pd.isna(cell.publishers):
        unpublished = "No figure was published for exactly this period."
        return "not_measured", never_imported(arrived.covers) or unpublished
    if cell.publishers > 1:
        return "not_reliable", "Different figures were published for this period."
    return "reported", "Published as a finished figure, without its parts."


def _why_not_applicable(kpi: Kpi, area_kind: str, by: str) -> str:
    smallest = kpi.population.smallest_in(area_kind)
    measured_by = MEASURED_BY[kpi.population.area]
    if smallest is None and kpi.population.area == area_kind:
        return f"A single {measured_by} has too few cases: see the whole force."
    if smallest is None:
        return f"Measured by {measured_by}, not for this area."
    if periods.LENGTHS.index(by) < periods.LENGTHS.index(smallest):
        return f"Only shown by {smallest} and longer."
    return ""


def _why_no_standard(arrived: Arrived, period: Period) -> str:
    if arrived.standards is not None and not any(
        first <= period[1] and last >= period[0] for first, last in arrived.standards
    ):
        return "No standard had been set for this period."
    return ""


def _why_no_rows(arrived: Arrived, period: Period) -> str:
    """Say that no one was asked: without the question there are no answers to count."""
    if arrived.months is None:
        return ""
    first = period[0].replace(day=1)
    if any(first <= month <= period[1] for month in arrived.months):
        return ""
    return "No survey in this period asked this question."


def _why_unreliable(arrived: Arrived, period: Period, area: str) -> str:
    """Say what makes a figure unreliable though everything has arrived."""
    said = dict.fromkeys(
        f"{arrived.names.get(finding.area_code, 'Everywhere')}, "
        f"{formatting.span(finding.first_on, finding.last_on)}: {finding.says}"
        for finding in arrived.findings
        if finding.first_on <= period[1]
        and finding.last_on >= period[0]
        and (area == settings.FORCE or finding.area_code in ("", area))
    )
    rest = len(said) - MOST_FINDINGS_NAMED
    also = [f"And {rest} more."] if rest > 0 else []
    return " ".join([*list(said)[:MOST_FINDINGS_NAMED], *also])
