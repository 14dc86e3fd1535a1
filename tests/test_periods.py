"""Periods tile the calendar, and the years begin where the police's do."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis import periods
from kpis.errors import UserError

DAY = timedelta(days=1)
TILING = ("day", "week", "month", "quarter", "year")
A_DAY = st.dates(date(1995, 1, 1), date(2035, 12, 31))
MONTHS = {"month": 1, "quarter": 3, "year": 12, "rolling12": 12}


@given(day=A_DAY, by=st.sampled_from(TILING))
def test_a_day_is_in_one_period_whose_neighbours_touch_it(day, by):
    first, last = periods.of_day(day, by)
    assert first <= day <= last
    assert periods.of_day(first, by) == periods.of_day(last, by) == (first, last)
    assert periods.of_day(first - DAY, by)[1] == first - DAY
    assert periods.of_day(last + DAY, by)[0] == last + DAY


@given(day=A_DAY, by=st.sampled_from(list(MONTHS)))
def test_a_period_is_of_whole_months(day, by):
    first, last = periods.of_day(day, by)
    assert first.day == 1
    assert (last + DAY).day == 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    assert months == MONTHS[by]


@given(day=A_DAY)
def test_a_financial_year_runs_from_april_to_march(day):
    first, last = periods.of_day(day, "year")
    assert (first.month, first.day, last.month, last.day) == (4, 1, 3, 31)
    assert first.year == (day.year if day.month > 3 else day.year - 1)


@given(day=A_DAY)
def test_a_financial_year_is_four_quarters(day):
    first, last = periods.of_day(day, "year")
    quarters = periods.between(first, last, "quarter")
    assert [start.month for start, _ in quarters] == [4, 7, 10, 1]
    assert (quarters[0][0], quarters[-1][1]) == (first, last)


@given(day=A_DAY)
def test_a_week_runs_from_monday_to_sunday(day):
    first, last = periods.of_day(day, "week")
    assert (first.isoweekday(), last.isoweekday()) == (1, 7)
    assert (last - first).days == 6


@given(day=A_DAY)
def test_a_rolling_year_ends_with_the_month_of_the_day(day):
    first, last = periods.of_day(day, "rolling12")
    assert last == periods.of_day(day, "month")[1]
    assert last + DAY == (first.replace(year=first.year + 1))


@given(start=A_DAY, length=st.integers(0, 800), by=st.sampled_from(TILING))
def test_the_periods_of_a_range_cover_it_without_gap_or_overlap(start, length, by):
    end = start + timedelta(days=length)
    found = periods.between(start, end, by)
    assert found[0] == periods.of_day(start, by)
    assert found[-1] == periods.of_day(end, by)
    for before, after in zip(found, found[1:], strict=False):
        assert after[0] == before[1] + DAY


@given(start=A_DAY, length=st.integers(0, 800))
def test_a_rolling_year_ends_in_each_month_of_a_range(start, length):
    end = start + timedelta(days=length)
    found = periods.between(start, end, "rolling12")
    months = periods.between(start, end, "month")
    assert [last for _, last in found] == [last for _, last in months]


@given(day=A_DAY, by=st.sampled_from(periods.LENGTHS), count=st.integers(0, 30))
def test_going_back_and_counting_forward_meet(day, by, count):
    period = periods.of_day(day, by)
    earlier = periods.back(period, by, count)
    found = periods.between(earlier[1], period[1], by)
    assert (found[0], found[-1], len(found)) == (earlier, period, count + 1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2003-04", date(2003, 4, 1), date(2003, 4, 30)),
        ("2004-02", date(2004, 2, 1), date(2004, 2, 29)),
        ("2004-02-29", date(2004, 2, 29), date(2004, 2, 29)),
    ],
)
def test_a_month_or_a_day_is_read_with_both_ends(text, first, last):
    assert periods.read(text, is_end=False) == first
    assert periods.read(text, is_end=True) == last


@pytest.mark.parametrize(
    "text", ["2003", "2003-13", "2003-02-30", "April 2003", "2003-4", "20030401", ""]
)
def test_text_that_is_not_a_month_or_a_day_is_reported(text):
    with pytest.raises(UserError, match=r"not a month \(2003-04\) or a day"):
        periods.read(text, is_end=False)
