"""What a file covers: days and areas as someone says, and as its rows bear out.

An export that was asked for a month and holds half of it looks like a month with half
the work. So its rows are compared with what is usual in it: days that hold hardly a
row, and boroughs that hold none, are not covered.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from kpis import periods, settings
from kpis.definitions import Contract
from kpis.errors import UserError
from kpis.ingest import usual_days
from kpis.ingest.usual_days import Run
from kpis.periods import Period

EVERYWHERE = ""
# Boroughs differ in size, the smallest holds a quarter of the mean. 7 rows expected and
# none there happens once in a thousand exports.
LEAST_ROWS_OF_AREA = 28
# A return has a row for each borough every time: three times is no chance.
LEAST_RETURNS_OF_AREA = 3
# An area sends its return every month if it did in three months of four.
REGULAR = 0.75


@dataclass(frozen=True)
class Hole:
    """Days for which a file holds hardly a row, everywhere ("") or of one area."""

    area: str
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Covered:
    """The days that a file covers, None for none, and the holes in them."""

    days: Period | None
    holes: tuple[Hole, ...] = ()


def refuse_days_to_come(
    name: str, covers: Period | None, stands_for: str, extracted_at: datetime
) -> None:
    """Raise UserError where a file is said to cover days after it was made.

    A return for a month or a year, as `stands_for` says, may be made before its end,
    and still covers all of it.
    """
    if covers is None:
        return
    last = _day_before(extracted_at)
    if stands_for != "day":
        last = periods.of_day(_local(extracted_at).date(), stands_for)[1]
    if covers[1] > last:
        raise UserError(
            f"{name}: it cannot cover {covers[0]} to {covers[1]}, because it was made "
            f"at {_local(extracted_at):%Y-%m-%d %H:%M}: the last day that it can cover "
            f"is {last}. Correct what it covers (--covers) or when it was made "
            "(--extracted-at)."
        )


def of_rows(
    rows: pd.DataFrame,
    contract: Contract,
    extracted_at: datetime,
    said: Period | None = None,
) -> Covered:
    """Return what a file covers, as its rows say, within what its name has `said`.

    `rows` has on_date, area and row_count of every row whose day could be read. If no
    one said it, a file covers the months of its rows up to the day before it was made,
    without days at either end that hold hardly a row. A yearly return covers
    financial years.
    """
    days = said or _whole_months(rows, contract.stands_for, extracted_at)
    if days is None or rows.empty or contract.regularity == "any_day":
        return Covered(days)
    calendar = _Calendar.of(days, contract)
    of_all = calendar.counts(rows)
    if not of_all.sum():
        return Covered(days)
    empty = calendar.empty_runs(of_all)
    if said is None:
        kept = _without_edges(empty, len(of_all))
        days = calendar.days(kept)
        empty = [
            Run(run.first - kept.first, run.last - kept.first)
            for run in empty
            if kept.first <= run.first and run.last <= kept.last
        ]
        calendar = _Calendar.of(days, contract)
    holes = [Hole(EVERYWHERE, *calendar.days(run)) for run in empty]
    return Covered(days, (*holes, *_holes_of_areas(rows, calendar, empty)))


def _without_edges(empty: list[Run], count: int) -> Run:
    """Return the days between those at either end that look empty."""
    first, last = 0, count - 1
    if empty and empty[0].first == 0:
        first = empty[0].last + 1
    if empty and empty[-1].last == last:
        last = empty[-1].first - 1
    return Run(first, last)


def without_boroughs(
    rows: pd.DataFrame, boroughs: frozenset[str], contract: Contract
) -> list[str]:
    """Return the boroughs of which a file for the whole force holds no row, though
    the others hold so many that chance does not explain it.

    `rows` has area and row_count, by borough. A force's own rows may stand for all.
    """
    held = rows[rows["area"].isin(boroughs)]
    present = set(held["area"])
    of_force = settings.FORCE in set(rows["area"])
    if not present or of_force or not boroughs - present:
        return []
    is_return = contract.stands_for != "day"
    least = LEAST_RETURNS_OF_AREA if is_return else LEAST_ROWS_OF_AREA
    is_usual = held["row_count"].sum() / len(present) >= least
    return sorted(boroughs - present) if is_usual else []


@dataclass(frozen=True)
class _Calendar:
    """The days, months or years in which rows are counted."""

    index: pd.DatetimeIndex
    end: date
    contract: Contract

    @classmethod
    def of(cls, days: Period, contract: Contract) -> "_Calendar":
        length = contract.stands_for
        if length == "day":
            return cls(pd.date_range(*days), days[1], contract)
        starts = [start for start, _ in periods.between(*days, length)]
        return cls(pd.DatetimeIndex(starts), days[1], contract)

    def counts(self, rows: pd.DataFrame) -> pd.Series:
        """Return the number of rows of each day, month or year."""
        place = self.index.searchsorted(pd.to_datetime(rows["on_date"]), "right") - 1
        last = pd.Timestamp(self.end) + pd.Timedelta(days=1)
        is_inside = (place >= 0) & (pd.to_datetime(rows["on_date"]) < last).to_numpy()
        counts = np.bincount(
            place[is_inside],
            weights=rows["row_count"].to_numpy(dtype=float)[is_inside],
            minlength=len(self.index),
        )
        return pd.Series(counts, index=self.index)

    def days(self, run: Run) -> Period:
        """Return the first and last day of a run."""
        is_last = run.last == len(self.index) - 1
        end = self.end if is_last else self.index[run.last + 1].date() - _DAY
        return self.index[run.first].date(), end

    def empty_runs(self, counts: pd.Series) -> list[Run]:
        """Return the runs that look empty."""
        if self.contract.stands_for == "day":
            has_holidays = self.contract.regularity == "working_days"
            return usual_days.empty_runs(counts, has_holidays=has_holidays)
        return usual_days.few(counts)


_DAY = timedelta(days=1)


def _holes_of_areas(
    rows: pd.DataFrame, calendar: _Calendar, known: list[Run]
) -> list[Hole]:
    """Return the days for which one area holds hardly a row, though others do.

    Sites and counters open and close, so what lies before their first row or after
    their last is no hole. Boroughs do neither.
    """
    contract = calendar.contract
    is_daily = contract.stands_for == "day"
    if is_daily and contract.regularity != "every_day":
        return []
    is_borough = contract.columns[contract.area].reference == "bocu"
    is_known = np.zeros(len(calendar.index), dtype=bool)
    for run in known:
        is_known[run.first : run.last + 1] = True
    holes = []
    for area, of_area in rows.dropna(subset=["area"]).groupby("area"):
        counts = calendar.counts(of_area)
        if not _may_have_holes(counts, is_daily):
            continue
        for run in calendar.empty_runs(counts):
            is_edge = run.first == 0 or run.last == len(counts) - 1
            is_own = not is_known[run.first : run.last + 1].all()
            if is_own and (is_borough or not is_edge):
                holes.append(Hole(str(area), *calendar.days(run)))
    return holes


def _may_have_holes(counts: pd.Series, is_daily: bool) -> bool:
    """Whether it is worth looking: a cheap test that no hole fails."""
    share = (counts > 0).mean()
    if not is_daily:
        return REGULAR <= share < 1
    few = counts.to_numpy() < usual_days.LEAST_SHARE * counts.mean()
    longest = max((run.last - run.first + 1 for run in usual_days.runs(few)), default=0)
    return longest * counts.mean() >= 1 / usual_days.LEAST_SHARE


def _whole_months(
    rows: pd.DataFrame, stands_for: str, extracted_at: datetime
) -> Period | None:
    """Return the months of a file's rows, up to the day before it was made.

    A period that had not begun then is not covered at all.
    """
    if rows.empty:
        return None
    on_date = pd.to_datetime(rows["on_date"])
    first, last = on_date.min().date(), on_date.max().date()
    # an export of single events covers whole months too
    length = "year" if stands_for == "year" else "month"
    start = periods.of_day(first, length)[0]
    end = min(periods.of_day(last, length)[1], _day_before(extracted_at))
    return (start, end) if start <= end else None


def _day_before(extracted_at: datetime) -> date:
    return (_local(extracted_at) - timedelta(days=1)).date()


def _local(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(settings.TIME_ZONE))
