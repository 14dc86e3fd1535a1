"""Days that hold hardly a row look empty; chance, weekends and holidays do not."""

import numpy as np
import pandas as pd
import pytest

from kpis.ingest import usual_days


def counted(first: str, last: str, rows: object) -> pd.Series:
    index = pd.date_range(first, last)
    return pd.Series(np.asarray(rows(index), dtype=float), index=index)


def empty(counts: pd.Series, **how: bool) -> list[tuple[str, str]]:
    return [
        tuple(f"{counts.index[place]:%Y-%m-%d}" for place in run)
        for run in usual_days.empty_runs(counts, **how)
    ]


def test_a_stray_row_claims_no_month():
    counts = counted("2003-10-01", "2003-11-30", lambda day: 10 * (day >= "2003-11-01"))
    counts["2003-10-31"] = 1
    assert empty(counts) == [("2003-10-01", "2003-10-31")]


def test_a_row_of_another_century_claims_no_year():
    counts = counted("1904-01-01", "2003-11-30", lambda day: 5 * (day >= "2003-11-01"))
    counts["1904-01-01"] = 1
    assert empty(counts) == [("1904-01-01", "2003-10-31")]


def test_both_ends_and_a_stretch_within_are_found():
    counts = counted("2002-10-01", "2003-12-31", lambda day: 20 + 0 * day.day)
    for first, last in (
        ("2002-10-01", "2002-10-14"),
        ("2003-03-01", "2003-04-30"),
        ("2003-08-06", "2003-08-06"),
        ("2003-12-11", "2003-12-31"),
    ):
        counts[first:last] = 0
    assert empty(counts) == [
        ("2002-10-01", "2002-10-14"),
        ("2003-03-01", "2003-04-30"),
        ("2003-08-06", "2003-08-06"),
        ("2003-12-11", "2003-12-31"),
    ]


@pytest.mark.parametrize("a_day", [0.05, 0.3, 1, 3, 10, 200])
def test_chance_makes_no_day_look_empty(a_day):
    chance = np.random.default_rng(2004)
    found = [
        empty(
            counted(
                "2001-04-01", "2004-03-31", lambda day: chance.poisson(a_day, len(day))
            )
        )
        for _ in range(20)
    ]
    assert sum(map(len, found)) <= 1


def test_a_source_that_grows_tenfold_is_not_empty_at_first():
    counts = counted(
        "1998-01-01", "2003-12-31", lambda day: np.linspace(20, 200, len(day))
    )
    assert empty(counts) == []


def test_offices_close_on_sundays_and_holidays():
    counts = counted(
        "2003-01-01", "2004-12-31", lambda day: np.where(day.day_of_week == 6, 0, 40)
    )
    counts["2003-12-25":"2003-12-28"] = 0
    counts["2004-01-01"] = 0
    assert empty(counts, has_holidays=True) == []
    assert ("2004-01-01", "2004-01-01") in empty(counts)
    counts["2004-06-07":"2004-06-20"] = 0
    assert len(empty(counts, has_holidays=True)) == 1


def test_a_return_without_a_month_lacks_it():
    months = pd.date_range("2003-04-01", periods=12, freq="MS")
    counts = pd.Series([32.0] * 12, index=months)
    counts.iloc[[0, 5]] = 1, 0
    assert usual_days.few(counts) == [(0, 0), (5, 5)]
