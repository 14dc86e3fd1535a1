"""Breaks of a series: where from, drawn where, and what is set against what."""

import re
from dataclasses import replace
from datetime import date

import pytest

from kpis.context import breaks, lookup
from kpis.context.breaks import Break, Series
from kpis.definitions import indicators, reference_tables
from tests.exports import save
from tests.tables import Force

SCALE = Break(date(2000, 4, 1), "Five answers", False, "", date(2000, 4, 1))
MOVED = Break(date(2007, 10, 1), "Moved", False, "", date(2004, 11, 1))


def month(year: int, number: int) -> tuple[date, date]:
    return breaks.periods.of_day(date(year, number, 1), "month")


def year(first: int) -> tuple[date, date]:
    return breaks.periods.of_day(date(first, 4, 1), "year")


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    with force.build() as opened:
        yield opened


def days(found: list[Break]) -> list[str]:
    return [f"{each.earliest}/{each.day}" for each in found]


def test_a_change_of_standard_breaks_the_indicators_measured_by_it(build):
    (found,) = lookup.breaks_of(build, "ops_999_answered_in_target", "MPS")
    assert found.day == date(2008, 12, 31)
    assert found.reason == "Standard of 10 seconds in place of 15 seconds"
    assert not found.is_joinable
    attended = lookup.breaks_of(build, "ops_immediate_attended_in_target", "MPS")
    assert [each.reason for each in attended] == [
        "Grade P abolished; its work moved to I, S, E and mostly R",
        "Standard of 15 minutes in place of 12 minutes",
    ]
    # how long it takes does not depend on the standard
    median = lookup.breaks_of(build, "ops_immediate_response_median", "MPS")
    assert [each.day for each in median] == [date(2009, 4, 1)]


def test_an_area_s_own_standard_breaks_only_its_own_series():
    rows = [
        ("grade:I", "MPS", 720, date(1900, 1, 1), date(9999, 12, 31), "MPA"),
        ("grade:I", "QK", 600, date(2005, 4, 1), date(2006, 3, 31), "local"),
        ("grade:S", "MPS", 1, date(1900, 1, 1), date(2004, 1, 1), ""),
        ("grade:S", "MPS", 2, date(2004, 1, 2), date(9999, 12, 31), ""),
    ]
    series = Series(frozenset({"k"}), frozenset(), "grade:I", "QK")
    found = breaks.of_series(series, [], rows, [])
    assert [(each.day, each.reason, each.source) for each in found] == [
        (date(2005, 4, 1), "Standard of 10 minutes in place of 12 minutes", "local"),
        (date(2006, 4, 1), "Standard of 12 minutes in place of 10 minutes", "MPA"),
    ]
    assert breaks.of_series(replace(series, area="SX"), [], rows, []) == []


def test_noted_breaks_concern_the_indicator_or_all_of_a_source():
    day = date(2004, 4, 1)
    rows = [
        ("k", None, None, day, "own", False, None),
        ("other", None, None, day, "of another", False, None),
        ("*", "calls", None, day, "of calls", True, None),
        ("*", "surveys", None, day, "of surveys", False, None),
        ("*", None, None, day, "of all", False, None),
        ("k", None, "QK", day, "in Brent", False, None),
        ("part", None, None, day, "of a part", False, None),
    ]
    series = Series(frozenset({"k", "part"}), frozenset({"calls"}), "", "MPS")
    found = breaks.of_series(series, rows, [], [])
    assert [each.reason for each in found] == ["of a part", "of all", "of calls", "own"]
    assert [each.is_joinable for each in found] == [False, False, True, False]
    brent = breaks.of_series(replace(series, area="QK"), rows, [], [])
    assert "in Brent" in [each.reason for each in brent]


@pytest.mark.parametrize(
    ("area", "span"),
    [
        ("MD", "2004-11-01/2004-11-01"),
        ("PL", "2004-11-01/2005-05-01"),
        ("VW", "2004-11-01/2007-01-01"),
        ("TW", "2007-07-01/2007-10-01"),
        ("QK", "2004-11-01/2007-10-01"),
    ],
)
def test_a_borough_s_move_is_as_exact_as_its_publication(build, area, span):
    found = lookup.breaks_of(build, "ops_immediate_response_median", area)
    assert days(found) == [span, "2009-04-01/2009-04-01"]
    assert "moved to " in found[0].reason
    words = breaks.in_words(found[0])
    assert ("day not published" in words) is (area != "MD")
    assert "(assumed)" in found[0].reason or area in ("MD", "PL", "VW")


def test_a_move_does_not_break_what_the_control_room_does_not_do(build):
    assert lookup.breaks_of(build, "cust_public_confidence", "MD") == lookup.breaks_of(
        build, "cust_public_confidence", "MPS"
    )
    # the force as a whole did not move in a day
    assert days(lookup.breaks_of(build, "ops_immediate_response_median", "MPS")) == [
        "2009-04-01/2009-04-01"
    ]


def test_two_lines_that_moved_apart_are_two_breaks():
    ever, end = date(1900, 1, 1), date(9999, 12, 31)
    rows = [
        ("A", "emergency_999", "Old", ever, date(2004, 3, 31), ""),
        ("A", "non_emergency", "Old", ever, date(2004, 5, 31), ""),
        ("A", "emergency_999", "New", date(2004, 4, 1), end, ""),
        ("A", "non_emergency", "New", date(2004, 6, 1), end, ""),
        # a line that no one answered before did not move
        ("A", "textphone", "Third", date(2004, 8, 1), end, ""),
        ("B", None, "Old", ever, end, ""),
        ("C", None, "Old", ever, date(2004, 3, 31), ""),
        ("C", None, "Old", date(2004, 4, 1), end, ""),
    ]
    series = Series(frozenset({"k"}), frozenset({"calls"}), "", "A")
    found = breaks.of_series(series, [], [], rows)
    assert days(found) == ["2004-04-01/2004-04-01", "2004-06-01/2004-06-01"]
    for area in "BC":
        assert breaks.of_series(replace(series, area=area), [], [], rows) == []


@pytest.mark.parametrize(
    ("day", "by", "start", "words"),
    [
        (date(2000, 4, 1), "month", date(2000, 4, 1), ""),
        (date(2000, 4, 1), "year", date(2000, 4, 1), ""),
        (date(2008, 12, 31), "day", date(2008, 12, 31), ""),
        (
            date(2008, 12, 31),
            "month",
            date(2009, 1, 1),
            "Drawn from January 2009, the first whole month.",
        ),
        (
            date(2008, 12, 31),
            "year",
            date(2009, 4, 1),
            "Drawn from the financial year 2009/10, the first whole financial year.",
        ),
        (
            date(2003, 4, 2),
            "week",
            date(2003, 4, 7),
            "Drawn from the week of 7 April 2003, the first whole week.",
        ),
        (
            date(2004, 11, 15),
            "rolling12",
            date(2004, 12, 1),
            "Drawn from the 12 months to November 2005, the first that lie wholly "
            "after the change.",
        ),
    ],
)
def test_a_break_is_drawn_from_the_first_whole_period(day, by, start, words):
    assert breaks.drawn_from(day, by) == (start, words)


@pytest.mark.parametrize(
    ("each", "periods", "is_comparable"),
    [
        (SCALE, (month(2000, 3), month(2000, 4)), False),
        (SCALE, (month(2000, 4), month(2000, 3)), False),
        (SCALE, (month(1999, 4), month(2000, 3)), True),
        (SCALE, (month(2000, 4), month(2001, 4)), True),
        (SCALE, (year(1999), year(2000)), False),
        # the break lies inside a period
        (replace(SCALE, day=date(2000, 4, 15), earliest=date(2000, 4, 15)),
         (month(2000, 4), month(2000, 5)), False),
        (replace(SCALE, day=date(2000, 4, 15), earliest=date(2000, 4, 15)),
         (month(2000, 3), month(2000, 4)), False),
        (replace(SCALE, is_joinable=True), (month(2000, 3), month(2000, 4)), True),
        # no one knows on which of these days the borough moved
        (MOVED, (month(2004, 9), month(2004, 10)), True),
        (MOVED, (month(2004, 10), month(2004, 11)), False),
        (MOVED, (month(2005, 3), month(2006, 3)), False),
        (MOVED, (month(2007, 9), month(2007, 10)), False),
        (MOVED, (month(2007, 10), month(2008, 10)), True),
    ],
)  # fmt: skip
def test_periods_on_both_sides_are_not_compared(each, periods, is_comparable):
    assert (breaks.why_not_comparable([each], *periods) == "") is is_comparable


def test_the_reason_says_what_changed_and_whether_the_day_is_known(build):
    found = lookup.breaks_of(build, "ops_999_answered_in_target", "MPS")
    said = breaks.why_not_comparable(found, month(2007, 12), month(2009, 12))
    assert said == (
        "Not comparable across 31 December 2008: "
        "Standard of 10 seconds in place of 15 seconds."
    )
    found = lookup.breaks_of(build, "ops_immediate_response_median", "PL")
    said = breaks.why_not_comparable(found, month(2004, 3), month(2005, 3))
    assert said == (
        "May not be comparable: Calls and control room moved to Lambeth,"
        " between 1 November 2004 and 1 May 2005, day not published."
    )


def test_the_satisfaction_series_at_counters_ends_in_a_gap(tmp_path):
    rows = reference_tables.table("series_break", tmp_path).itertuples()
    noted = [
        (r.kpi_id, r.export if isinstance(r.export, str) else None, None,
         r.valid_from, r.reason, r.joinable, r.source)
        for r in rows
    ]  # fmt: skip
    counters = "cust_front_counter_satisfaction"
    series = Series(frozenset({counters}), frozenset({"survey_responses"}), "", "MPS")
    found = breaks.of_series(series, noted, [], [])
    assert [each.day for each in found] == [date(2000, 4, 1), date(2001, 4, 1)]
    assert not any(each.is_joinable for each in found)
    assert "no measure followed" in breaks.why_not_comparable(
        found, year(2000), year(2001)
    )
    assert "Five answers" in breaks.why_not_comparable(found, year(1999), year(2000))


def test_every_change_of_scale_breaks_the_indicators_of_its_question(data_dir):
    question = reference_tables.table("question", data_dir)
    noted = reference_tables.table("series_break", data_dir)
    known = set(zip(noted["kpi_id"], noted["valid_from"], strict=True))
    asked = 0
    for kpi in indicators.load().values():
        for code in re.findall(r"question_code = '(\w+)'", kpi.sql):
            own = question[question["question_code"] == code].sort_values("valid_from")
            for first in list(own["valid_from"])[1:]:
                assert (kpi.id, first) in known
                asked += 1
    assert asked


def test_a_force_notes_its_own_breaks(tmp_path):
    force = Force(tmp_path)
    row = "ops_immediate_response_median,incidents,QK,2003-05-20,New terminals,true"
    header = "kpi_id,export,bocu_code,valid_from,reason,joinable"
    save(tmp_path / "reference", f"{header}\n{row}\n", "series_break.csv")
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    with force.build() as built:
        found = lookup.breaks_of(built, "ops_immediate_response_median", "QK")
        assert [each.reason for each in found if each.is_joinable] == ["New terminals"]
        assert lookup.breaks_of(built, "ops_immediate_response_median", "MPS") == []
