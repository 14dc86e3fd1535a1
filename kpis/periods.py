"""Calendar periods: day, week (from Monday), month, quarter, financial year, rolling.

The financial year starts on 1 April; its quarters are calendar quarters. A rolling
period is the twelve months that end with a month.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Literal, get_args

from kpis.errors import UserError

Length = Literal["day", "week", "month", "quarter", "year", "rolling12"]
LENGTHS: tuple[str, ...] = get_args(Length)
# 52 weeks, so that a year before a Monday is a Monday
YEAR_OF = {
    "day": 364, "week": 52, "month": 12, "quarter": 4, "year": 1, "rolling12": 12,
}  # fmt: skip
Period = tuple[date, date]
# where a span begins or ends of which no day is known: it holds always
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9999, 12, 31)


def of_day(day: date, by: str) -> Period:
    """Return the first and last day of the period that contains a day.

    For "rolling12" it is the period whose last month contains the day.
    """
    if by == "day":
        return day, day
    if by == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first = day.replace(day=1)
    if by == "rolling12":
        return add_months(first, -11), end_of_month(first)
    months_before = {
        "month": 0,
        "quarter": (day.month - 1) % 3,
        "year": (day.month - 4) % 12,
    }[by]
    length = {"month": 1, "quarter": 3, "year": 12}[by]
    start = add_months(first, -months_before)
    return start, end_of_month(add_months(start, length - 1))


def between(start: date, end: date, by: str) -> list[Period]:
    """Return the periods that overlap the days from start to end, in order.

    Rolling periods are those that end in a month of the range.
    """
    found = []
    period = of_day(start, by)
    last = end_of_month(end) if by == "rolling12" else end
    while (period[1] if by == "rolling12" else period[0]) <= last:
        found.append(period)
        period = of_day(period[1] + timedelta(days=1), by)
    return found


def back(period: Period, by: str, count: int) -> Period:
    """Return the period that is `count` periods earlier."""
    for _ in range(count):
        if by == "rolling12":
            period = of_day(add_months(period[1].replace(day=1), -1), by)
        else:
            period = of_day(period[0] - timedelta(days=1), by)
    return period


def year_before(period: Period, by: str) -> Period:
    """Return the same period a year earlier; days and weeks, 52 weeks earlier."""
    return back(period, by, YEAR_OF[by])


def add_months(first: date, months: int) -> date:
    """Return the first day of the month that is `months` later, or earlier."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def end_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def read(text: str, is_end: bool) -> date:
    """Return the day that "2003-04" or "2003-04-15" means as start or end of a range.

    UserError for anything else.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            first = date.fromisoformat(f"{text}-01")
            return end_of_month(first) if is_end else first
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UserError(f"'{text}' is not a month (2003-04) or a day (2003-04-15).")
