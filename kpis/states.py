"""The state of a cell, and the reason in a sentence.

`docs/architecture.md` has the order of precedence. The rules look at what has
arrived (`coverage`) and at the number of cases, never at the value.
"""

from datetime import date, timedelta

import pandas as pd

from kpis import periods
from kpis.coverage import Coverage
from kpis.periods import Period
from kpis.registry import Kpi

HIDES_VALUE = ("not_applicable", "not_measured", "suppressed", "not_reliable")
MEASURED_BY = {"site": "call-handling site", "bocu": "borough", "mps": "force"}


def of_cell(
    kpi: Kpi, cover: Coverage, area_kind: str, by: str, cell
) -> tuple[str, str]:
    """Return state and reason; the reason of a plain value is empty.

    `cell` has area, period_start, period_end, n, value and publishers.
    """
    reason = _why_not_applicable(kpi, area_kind, by)
    if reason:
        return "not_applicable", reason
    if kpi.stage == "published":
        return _of_published(cell)
    period = (cell.period_start, cell.period_end)
    reason = _why_not_measured(kpi, cover, period, cell.area)
    if reason:
        return "not_measured", reason
    gaps = cover.missing(period, cell.area)
    reason = _why_not_reliable(kpi, cover, gaps)
    if reason:
        return "not_reliable", reason
    n = 0 if pd.isna(cell.n) else int(cell.n)
    if n < kpi.min_n:
        return "too_few", f"{n} of the {kpi.min_n} cases that a figure needs."
    if gaps:
        return "provisional", f"Not finished: the exports end on {_day(cover.last)}."
    if not is_settled(kpi, cover, period):
        days = kpi.settles_after_days
        return "provisional", f"Late entries may still come in for {days} days."
    return "value", ""


def is_settled(kpi: Kpi, cover: Coverage, period: Period) -> bool:
    """Whether the settling time had passed when the latest export was made."""
    return period[1] + timedelta(days=kpi.settles_after_days) < cover.as_at


def _of_published(cell) -> tuple[str, str]:
    if pd.isna(cell.publishers):
        return "not_measured", "No figure was published for exactly this period."
    if cell.publishers > 1:
        return "not_reliable", "Differing figures were published for this period."
    return "reported", "Published as a finished figure, without its parts."


def _why_not_applicable(kpi: Kpi, area_kind: str, by: str) -> str:
    smallest = kpi.smallest_period.get(area_kind)
    if smallest is None:
        return f"Measured by {MEASURED_BY[kpi.area]}, not for this area."
    if periods.LENGTHS.index(by) < periods.LENGTHS.index(smallest):
        return f"Has a figure by {smallest} and longer only."
    return ""


def _why_not_measured(kpi: Kpi, cover: Coverage, period: Period, area: str) -> str:
    sources = ", ".join(kpi.needs)
    if cover.first is None:
        return f"No export of {sources} with what this needs has been imported."
    if period[1] < cover.first or period[0] > cover.last:
        first, last = _day(cover.first), _day(cover.last)
        return f"Exports of {sources} that measure it run from {first} to {last}."
    if not cover.reaches(area):
        return f"No export of {sources} covers this area."
    return ""


def _why_not_reliable(kpi: Kpi, cover: Coverage, gaps: dict) -> str:
    """Name the holes: days without an export that lie before the last covered one."""
    source = next(iter(kpi.needs))
    holes = [
        f"{area + ': ' if area else ''}{source} from {_day(first)} "
        f"to {_day(min(last, cover.last))}"
        for area, spans in gaps.items()
        for first, last in spans
        if first <= cover.last
    ]
    return f"Has not arrived: {'; '.join(holes)}." if holes else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
