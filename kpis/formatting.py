"""How numbers, periods and states are worded for people."""

from datetime import date
from math import sqrt
from typing import Any, Protocol

import pandas as pd

from kpis import periods

# a narrow space at which no line breaks
THIN_SPACE = "\u202f"
NO_FIGURE = "–"
MINUS = "−"

# a length of period in words
LENGTH_WORDS = {
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "financial year",
    "rolling12": "twelve months",
}

_STATES = {
    "not_applicable": "not applicable",
    "not_measured": "not measured",
    "suppressed": "suppressed",
    "not_reliable": "not reliable",
    "reported": "published figure",
    "too_few": "too few",
    "provisional": "provisional",
    "value": "",
}


def figure(value: float | None, unit: str, n: float | None = None) -> str:
    """Return a value as a short figure: "71 %" for 0.7115, "9 min 27 s" for 567 s.

    `unit` is that of an indicator's header: minutes come in seconds, points as the
    difference of two shares, pounds in pounds. `n` is the number of cases behind a
    percentage: it gets a decimal only when its 95 % interval reaches less than half a
    point to either side. A missing value is a dash. Limits of a chart may lie below 0
    or above 100 %. A rate comes without its unit: `in_words` and `with_unit` add it.
    """
    if pd.isna(value):
        return NO_FIGURE
    words = _FIGURES[unit](abs(value), n)
    is_nothing = words == _FIGURES[unit](0.0, n)
    return words if value >= 0 or is_nothing else MINUS + words


# so many cases that a share keeps its decimal
_COUNTED_WHOLE = 1e9


def cases(counts: str, n: float, effective: float = float("nan")) -> float:
    """Return the cases by which a cell's figure is rounded: the `n` of `figure`.

    Amounts are not a sample and keep their decimal; weighted answers count as their
    effective number.
    """
    if counts == "amounts":
        return _COUNTED_WHOLE
    return n if pd.isna(effective) else effective


class Measured(Protocol):
    """The parts of an indicator that decide how its figures are written."""

    @property
    def kind(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def counts(self) -> str: ...


def of_cell(row: pd.Series, measure: Measured) -> str:
    """Return the figure of a row of results as it is shown; a sum is a range."""
    if measure.kind == "sum" and pd.notna(row["value"]):
        return between(row["lower"], row["upper"], measure.unit)
    n = cases(measure.counts, row["n"], row["cases"])
    return figure(row["value"], measure.unit, n)


def of_part(row: Any, measure: Measured) -> str:
    """Return the figure of a row of parts or areas, rounded like that of a cell.

    The row is a Series, or as `itertuples` gives it.
    """
    return figure(row.value, measure.unit, cases(measure.counts, row.n))


def with_unit(words: str, unit: str) -> str:
    """Return a figure with the unit it leaves out: "20.6 per 1,000 a year"."""
    return f"{words} {left_out(unit)}".strip()


def interval(row: Any, unit: str) -> str:
    """Return the interval of a row as a range; "" where it has none.

    The row is a Series, or as `itertuples` gives it.
    """
    return "" if pd.isna(row.lower) else between(row.lower, row.upper, unit)


def between(lower: float, upper: float, unit: str) -> str:
    """Return a range as two short figures: "70 % to 74 %"."""
    return f"{figure(lower, unit)} to {figure(upper, unit)}"


def _percent(value: float, n: float | None) -> str:
    decimals = 1 if n is not None and _half_width_points(value, n) < 0.5 else 0
    bound, digits = _rounded(100 * value, decimals)
    return f"{bound}{digits}{THIN_SPACE}%"


def _rounded(percentage: float, decimals: int) -> tuple[str, str]:
    """Return bound and digits of a percentage: 0 and 100 only where they are exact.

    The bound is "", or "<" or ">" before the nearest figure where rounding would give 0
    or 100.
    """
    step = 10**-decimals
    digits = f"{percentage:.{decimals}f}"
    if percentage > 0 and float(digits) == 0:
        return "<", f"{step:.{decimals}f}"
    if percentage < 100 and float(digits) == 100:
        return ">", f"{100 - step:.{decimals}f}"
    return "", digits


def _half_width_points(proportion: float, n: float) -> float:
    """Return half the width of the 95 % Wilson interval, in percentage points."""
    if pd.isna(n) or n <= 0:
        return float("inf")
    z = 1.959964
    variance = max(n * proportion * (1 - proportion), 0)
    return 100 * z * sqrt(variance + z**2 / 4) / (n + z**2)


def _minutes(seconds: float, _n: float | None) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _seconds(seconds: float, _n: float | None) -> str:
    return f"{number(seconds, 0)} s"


def _pounds(pounds: float, _n: float | None) -> str:
    """Return pounds, with pence below a thousand."""
    return f"£{number(pounds, 2 if round(pounds, 2) < 1000 else 0)}"


def _points(share: float, _n: float | None) -> str:
    """Return whole points; below one, a decimal shows that it is not nothing."""
    points = 100 * share
    decimals = 1 if 0.05 <= points < 0.95 else 0
    digits = f"{points:.{decimals}f}"
    return f"{digits} {'point' if digits == '1' else 'points'}"


def _rate(rate: float, _n: float | None) -> str:
    return number(rate, 1 if round(rate, 1) < 100 else 0)


def _percent_a_year(value: float, n: float | None) -> str:
    return f"{_percent(value, n)} a year"


def _decimal(ratio: float, _n: float | None) -> str:
    return number(ratio, 2)


_FIGURES = {
    "percent": _percent,
    "minutes": _minutes,
    "seconds": _seconds,
    "pounds": _pounds,
    "points": _points,
    "per 1,000 a year": _rate,
    "percent a year": _percent_a_year,
    "days a year": _rate,
    "calls": _decimal,
}

_LEFT_OUT = {
    "per 1,000 a year": "per 1,000 a year",
    "days a year": "days a year for each post filled",
    "calls": "calls per incident",
}


def exact(value: float, unit: str) -> str:
    """Return a figure that someone set or printed, with all its decimals: "90.8 %".

    `unit` as for `figure`; a rate comes with its unit.
    """
    if unit in ("minutes", "seconds", "pounds"):
        return figure(value, unit)
    is_share = unit in ("percent", "percent a year", "points")
    digits = f"{round(100 * value if is_share else value, 6):g}"
    named = left_out(unit) or unit.replace("percent", "%")
    return f"{digits.replace('-', MINUS)}{THIN_SPACE}{named}"


def number(value: float, decimals: int) -> str:
    """Return a number with thin spaces between thousands and a full-width minus."""
    words = f"{abs(value):,.{decimals}f}".replace(",", THIN_SPACE)
    return words if value >= 0 else MINUS + words


def left_out(unit: str) -> str:
    """Return the unit that a figure leaves out: "per 1,000 a year", or ""."""
    return _LEFT_OUT.get(unit, "")


def a_year_ago(past: str) -> str:
    """Say when a figure was: "74 in 100 a year ago", "13 % a year the year before"."""
    return f"{past} {'the year before' if past.endswith(' a year') else 'a year ago'}"


def in_words(value: float, unit: str) -> str:
    """Return a value for reading aloud: "71 in 100", "9 minutes 27 seconds"."""
    if unit == "percent":
        return _in_100(value)
    if unit == "percent a year":
        return f"{_in_100(value)} a year"
    if unit in ("minutes", "seconds"):
        return _minutes_in_words(value)
    words = figure(value, unit)
    if unit == "points":
        return words.replace(" point", " percentage point")
    return with_unit(words, unit)


def _in_100(value: float) -> str:
    bound, digits = _rounded(100 * value, 0)
    comparison = {"": "", "<": "fewer than ", ">": "more than "}[bound]
    return f"{comparison}{digits} in 100"


def _minutes_in_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return _plural(rest, "second")
    return f"{_plural(minutes, 'minute')} {_plural(rest, 'second')}"


def _plural(amount: int, noun: str) -> str:
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def count(value: float | None) -> str:
    """Return a whole number with thin spaces between thousands; missing is a dash."""
    return NO_FIGURE if pd.isna(value) else number(value, 0)


def period(start: date, by: str) -> str:
    """Return a period in full words from its first day: "January to March 2004".

    `by` is day, week, month, quarter, year (financial, from 1 April) or rolling12,
    whose `start` is the first day of the twelve months.
    """
    first = pd.Timestamp(start)
    return {
        "day": day,
        "week": lambda monday: f"week of {day(monday)}",
        "month": _month,
        "quarter": _quarter,
        "year": _financial_year,
        "rolling12": lambda day: f"12 months to {_month(_later(day, 11))}",
    }[by](first)


def lengths(by: str) -> str:
    """Return several periods of a length in words: "quarters"."""
    return "periods of 12 months" if by == "rolling12" else f"{LENGTH_WORDS[by]}s"


def day(day: date) -> str:
    """Return a day in words: "1 March 2004"."""
    return f"{day.day} {_month(pd.Timestamp(day))}"


def _month(day: pd.Timestamp) -> str:
    # month_name() is English on every machine; strftime follows the locale
    return f"{day.month_name()} {day.year}"


def _quarter(day: pd.Timestamp) -> str:
    return f"{day.month_name()} to {_month(_later(day, 2))}"


def _financial_year(day: pd.Timestamp) -> str:
    return f"financial year {day.year}/{(day.year + 1) % 100:02d}"


def _later(day: pd.Timestamp, months: int) -> pd.Timestamp:
    return day + pd.DateOffset(months=months)


def of_state(state: str) -> str:
    """Return words for the state of a cell; "" for an ordinary value."""
    return _STATES[state]


def span(first: date, last: date) -> str:
    """Return days in words: "March 2004", "March to May 2004", "8 to 14 May 2004"."""
    if first == last:
        return day(first)
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    is_of_months = first.day == 1 and last == periods.end_of_month(last)
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    if is_of_months and same_month:
        return _month(start)
    begin = [
        "" if is_of_months else str(first.day),
        "" if same_month else start.month_name(),
        "" if same_year else str(first.year),
    ]
    until = _month(end) if is_of_months else day(last)
    return f"{' '.join(filter(None, begin))} to {until}"


def capital(text: str) -> str:
    """Return the text with a capital, to begin a sentence."""
    return text[:1].upper() + text[1:]


def one_line(text: str) -> str:
    """Return a text on one line, without signs that steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
