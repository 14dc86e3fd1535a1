"""How numbers, periods and states are worded."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis import formatting
from kpis.definitions import UNITS
from kpis.statistics import intervals


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
        (36.4, "seconds", 1537, "36 s"),
        (0, "seconds", None, "0 s"),
        (1500, "seconds", None, "1_500 s"),
        (20.907, "pounds", 3805, "£20.91"),
        (0.5, "pounds", None, "£0.50"),
        (999.994, "pounds", None, "£999.99"),
        (999.996, "pounds", None, "£1_000"),
        (1_234_567.8, "pounds", None, "£1_234_568"),
        (-12.5, "pounds", None, "−£12.50"),
        (-0.001, "pounds", None, "£0.00"),
        (0.046, "points", 1017, "5 points"),
        (0.01, "points", None, "1 point"),
        (0.0096, "points", None, "1 point"),
        (0.004, "points", None, "0.4 points"),
        (0.006, "points", None, "0.6 points"),
        (-0.004, "points", None, "−0.4 points"),
        (-0.0004, "points", None, "0 points"),
        (-0.12, "points", 1017, "−12 points"),
        (np.nan, "points", None, "–"),
        (5.601, "per 1,000 a year", 3512, "5.6"),
        (99.94, "per 1,000 a year", None, "99.9"),
        (99.96, "per 1,000 a year", None, "100"),
        (1234.5, "per 1,000 a year", None, "1_234"),
    ],
)
def test_figure(value, unit, n, words):
    assert spaced(formatting.figure(value, unit, n)) == words


@given(st.integers(1, 10**6), st.floats(0.05, 0.95))
def test_a_decimal_is_shown_only_where_the_interval_is_narrow(n, proportion):
    lower, upper = intervals.wilson(proportion * n, n)
    half_width = 50 * float(upper - lower)
    if abs(half_width - 0.5) > 1e-6:
        text = formatting.figure(proportion, "percent", n)
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
        (36.4, "seconds", "36 seconds"),
        (1, "seconds", "1 second"),
        (20.907, "pounds", "£20.91"),
        (0.046, "points", "5 percentage points"),
        (0.01, "points", "1 percentage point"),
        (-0.12, "points", "−12 percentage points"),
        (5.601, "per 1,000 a year", "5.6 per 1,000 a year"),
    ],
)
def test_in_words(value, unit, words):
    assert formatting.in_words(value, unit) == words


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_has_figures_and_words_that_name_it(unit):
    assert formatting.figure(np.nan, unit) == "–"
    said = formatting.figure(0.5, unit)
    left_out = formatting.left_out(unit)
    # a bare number only where the words around it say of what
    assert (said.replace(".", "").isdigit()) == bool(left_out)
    assert left_out in formatting.in_words(0.5, unit)


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
    assert spaced(formatting.count(number)) == words


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
    assert formatting.period(kind(start), by) == words


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
    assert formatting.of_state(state) == words


@pytest.mark.parametrize(
    "call",
    [
        lambda: formatting.figure(1, "furlongs"),
        lambda: formatting.in_words(1, "furlongs"),
        lambda: formatting.period(date(2004, 2, 1), "fortnight"),
        lambda: formatting.of_state("unheard_of"),
    ],
)
def test_unknown_names_are_a_bug_and_say_so(call):
    with pytest.raises(KeyError):
        call()
