"""Calendar periods: day, week (from Monday), month, quarter, financial year, rolling.

The financial year starts on 1 April; quarters are calendar quarters, which are its
quarters too; a rolling period is the twelve months that end with a month.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Literal, get_args

from kpis.errors import UserError

Length = Literal["day", "week", "month", "quarter", "year", "rolling12"]
LENGTHS: tuple[str, ...] = get_args(Length)
# 52 weeks lead to a Monday again
YEAR_OF = {
    "day": 364, "week": 52, "month": 12, "quarter": 4, "year": 1, "rolling12": 12,
}  # fmt: skip
Period = tuple[date, date]


def of_day(day: date, by: str) -> Period:
    """Return first and last day of the period that holds a day.

    For "rolling12" it is the period whose last month holds the day.
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
    result = []
    period = of_day(start, by)
    while (period[1] if by == "rolling12" else period[0]) <= max(
        end, end_of_month(end) if by == "rolling12" else end
    ):
        result.append(period)
        step = period[1] + timedelta(days=1)
        period = of_day(step, by)
    return result


def back(period: Period, by: str, count: int) -> Period:
    """Return the period `count` steps before one."""
    for _ in range(count):
        if by == "rolling12":
            period = of_day(add_months(period[1].replace(day=1), -1), by)
        else:
            period = of_day(period[0] - timedelta(days=1), by)
    return period


def year_before(period: Period, by: str) -> Period:
    """Return the same period a year earlier; of days and weeks, 52 weeks earlier."""
    return back(period, by, YEAR_OF[by])


def add_months(first: date, months: int) -> date:
    """Return the first day of the month `months` away."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def end_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def read(text: str, is_end: bool) -> date:
    """Return the day that "2003-04" or "2003-04-15" means as start or end of a range.

    Raises UserError for anything else.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            first = date.fromisoformat(f"{text}-01")
            return end_of_month(first) if is_end else first
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UserError(f"'{text}' is no month (2003-04) and no day (2003-04-15).")
