"""How numbers, periods and states are worded."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis import figures, intervals


def spaced(text):
    """Thin spaces drawn as underscores, so that a test shows where they stand."""
    return text.replace("\u202f", "_")


@pytest.mark.parametrize(
    ("value", "unit", "n", "words"),
    [
        (0.7115, "percent", 400, "71_%"),
        (0.7115, "percent", None, "71_%"),
        (0.7115, "percent", np.nan, "71_%"),
        (0.7115, "percent", 0, "71_%"),
        (0.7115, "percent", 59_500, "71.2_%"),
        (0.05, "percent", 5_000, "5_%"),
        (0.05, "percent", 8_000, "5.0_%"),
        (0, "percent", 380, "0_%"),
        (0, "percent", 381, "0.0_%"),
        (1, "percent", 30, "100_%"),
        (0.004, "percent", 250, "<1_%"),
        (0.9975, "percent", 400, ">99_%"),
        (0.99996, "percent", 59_500, ">99.9_%"),
        (0.00001, "percent", 100_000, "<0.1_%"),
        (1.043, "percent", 59_500, "104.3_%"),
        (-0.052, "percent", None, "−5_%"),
        (np.nan, "percent", 400, "–"),
        (567, "minutes", 400, "9 min 27 s"),
        (540, "minutes", None, "9 min 0 s"),
        (59.7, "minutes", None, "1 min 0 s"),
        (42, "minutes", None, "42 s"),
        (4521, "minutes", None, "75 min 21 s"),
        (-90, "minutes", None, "−1 min 30 s"),
        (np.nan, "minutes", None, "–"),
    ],
)
def test_figure(value, unit, n, words):
    assert spaced(figures.figure(value, unit, n)) == words


@given(st.integers(1, 10**6), st.floats(0.05, 0.95))
def test_decimal_stands_only_where_the_interval_is_narrow(n, proportion):
    lower, upper = intervals.wilson(proportion * n, n)
    half_width = 50 * float(upper - lower)
    if abs(half_width - 0.5) > 1e-6:
        text = figures.figure(proportion, "percent", n)
        assert ("." in text) == (half_width < 0.5)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.7115, "percent", "71 in 100"),
        (0, "percent", "0 in 100"),
        (1, "percent", "100 in 100"),
        (0.001, "percent", "fewer than 1 in 100"),
        (0.999, "percent", "more than 99 in 100"),
        (567, "minutes", "9 minutes 27 seconds"),
        (61, "minutes", "1 minute 1 second"),
        (30, "minutes", "30 seconds"),
    ],
)
def test_in_words(value, unit, words):
    assert figures.in_words(value, unit) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1204.0, "1_204"),
        (59_500, "59_500"),
        (2_500_000, "2_500_000"),
        (np.nan, "–"),
    ],
)
def test_count(number, words):
    assert spaced(figures.count(number)) == words


@pytest.mark.parametrize(
    ("start", "by", "words"),
    [
        ("2004-02-02", "day", "2 February 2004"),
        ("2004-02-02", "week", "week of 2 February 2004"),
        ("2004-02-01", "month", "February 2004"),
        ("2004-01-01", "quarter", "January to March 2004"),
        ("2003-10-01", "quarter", "October to December 2003"),
        ("2003-04-01", "year", "financial year 2003/04"),
        ("1999-04-01", "year", "financial year 1999/00"),
        ("2003-03-01", "rolling12", "12 months to February 2004"),
    ],
)
@pytest.mark.parametrize("kind", [date.fromisoformat, pd.Timestamp, np.datetime64])
def test_period(kind, start, by, words):
    assert figures.period(kind(start), by) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("not_applicable", "not applicable"),
        ("not_measured", "not measured"),
        ("suppressed", "suppressed"),
        ("not_reliable", "not reliable"),
        ("reported", "published figure"),
        ("too_few", "too few"),
        ("provisional", "provisional"),
        ("value", ""),
    ],
)
def test_missing(state, words):
    assert figures.missing(state) == words


@pytest.mark.parametrize(
    "call",
    [
        lambda: figures.figure(1, "furlongs"),
        lambda: figures.in_words(1, "furlongs"),
        lambda: figures.period(date(2004, 2, 1), "fortnight"),
        lambda: figures.missing("unheard_of"),
    ],
)
def test_unknown_names_are_a_bug_and_say_so(call):
    with pytest.raises(KeyError):
        call()
