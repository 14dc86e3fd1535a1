"""A change between two periods, by its parts, from a real build and in words."""

from datetime import date

import pytest

from kpis import formatting
from kpis.analysis import change_split
from kpis.errors import UserError
from kpis.statistics.decomposition import Split
from tests.split_cases import JUNE, MAY, NAMES, REACHED, ROWS, SIMPSON, parts
from tests.tables import Force

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("incidents", ROWS, covers="2003-04 to 2003-07")
    with force.build() as opened:
        yield opened


def test_a_change_in_the_force_comes_from_its_mix(build):
    found = change_split.split(build, ATTENDED, "MPS", MAY, JUNE, "month")
    before, after = 140 / 200, 240 / 420
    assert (found.before, found.after) == (before, after)
    assert found.table["total"].sum() == pytest.approx(after - before, abs=1e-12)
    assert set(found.table["group"]) == {"Brent", "Hounslow", change_split.REST}
    # neither did otherwise than before: all of it is where the work lay
    assert found.rate == 0
    assert found.mix == pytest.approx(after - before, abs=1e-12)


def test_an_area_is_split_by_a_dimension(build):
    periods = MAY, JUNE, "month"
    found = change_split.split(build, ATTENDED, "TX", *periods, "grade_final")
    assert found.table["total"].sum() == pytest.approx(0, abs=1e-12)


def test_what_cannot_be_split_says_why(build):
    with pytest.raises(UserError, match="median is taken from single values"):
        change_split.split(build, MEDIAN, "MPS", MAY, JUNE, "month")
    july = date(2003, 8, 1), date(2003, 8, 31)
    with pytest.raises(UserError, match="has no figure to compare"):
        change_split.split(build, ATTENDED, "MPS", MAY, july, "month")


# drawn as tables


# figures stand before a narrow space at which no line breaks
POINT, POINTS, PERCENT = (
    f"{formatting.THIN_SPACE}{unit}" for unit in ("point", "points", "%")
)


def split(text: str, kind: str = "proportion") -> Split:
    return change_split.split_parts(parts(text), kind)


def test_the_warning_speaks_of_both_ways():
    turned = parts(SIMPSON)
    turned.columns = ["group", *NAMES[2:], *NAMES[:2]]
    found = change_split.split_parts(turned, "proportion")
    assert change_split.warning(found) == (
        "Take care: the whole has fallen, but 2 of its 2 parts have risen. More of the "
        "whole is now where the figure is lower."
    )
    assert change_split.warning(split(SIMPSON)) == (
        "Take care: the whole has risen, but 2 of its 2 parts have fallen. More of the "
        "whole is now where the figure is higher."
    )


def test_one_large_part_against_many_is_not_a_mix_effect():
    found = split(
        """
        group | n0  | d0   | n1  | d1
        A     | 10  | 100  | 9   | 100
        B     | 10  | 100  | 9   | 100
        C     | 100 | 1000 | 200 | 1000
        """
    )
    assert found.mix == 0
    assert change_split.warning(found) == (
        "Take care: the whole has risen, but 2 of its 3 parts have fallen. Others "
        "moved further, or weigh more."
    )


def test_half_of_the_parts_are_not_most_of_them():
    found = split(
        """
        group | n0 | d0  | n1 | d1
        A     | 10 | 100 | 9  | 100
        B     | 10 | 100 | 20 | 100
        """
    )
    assert change_split.warning(found) == ""


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("median", "medians of the parts do not add up"),
        ("percentile", "percentiles of the parts do not add up"),
        ("difference", "split the two shares"),
        ("sum", "not divided by anything"),
    ],
)
def test_anything_but_a_pooled_ratio_is_refused_with_a_reason(kind, why):
    with pytest.raises(UserError, match=why):
        split(SIMPSON, kind)


@pytest.mark.parametrize("kind", ["proportion", "rate", "ratio", "mean"])
def test_pooled_ratios_of_every_kind_are_split(kind):
    assert split(SIMPSON, kind).change == pytest.approx(0.24)


@pytest.mark.parametrize(
    "row",
    ["QK | 50 | - | 50 | 100", "QK | 50 | 100 | 50 | 0", "QK | - | 100 | 50 | 100"],
)
def test_a_group_with_only_one_side_of_the_division_is_refused_by_name(row):
    with pytest.raises(UserError, match=r"one side of the division .* for QK\."):
        split(f"group | n0 | d0 | n1 | d1\nIR | 1 | 2 | 1 | 2\n{row}", "ratio")


@pytest.mark.parametrize(
    ("row", "period"), [("0 | 0 | 1 | 2", "before"), ("1 | 2 | - | -", "after")]
)
def test_a_period_without_denominator_is_refused(row, period):
    with pytest.raises(UserError, match=f"the period {period} has nothing to divide"):
        split(f"group | n0 | d0 | n1 | d1\nIR | {row}")


# in words


def test_councillors_hear_how_far_by_what_and_where():
    found = split(
        """
        group       | n0   | d0   | n1   | d1
        Hounslow    | 620  | 1000 | 580  | 1000
        Bromley     | 640  | 1000 | 922  | 1500
        Westminster | 850  | 1000 | 430  | 500
        """
    )
    assert change_split.in_words(found, "percent") == (
        f"It fell from 70.3{PERCENT} to 64.4{PERCENT}, by 5.9{POINTS}. Changes "
        f"within boroughs lowered it by 2.1{POINTS}; shifts between boroughs lowered "
        f"it by 3.8{POINTS}. Most of it: Westminster (2.8{POINTS}), Bromley "
        f"(1.8{POINTS}) and Hounslow (1.3{POINTS})."
    )


def test_a_warning_is_read_aloud_with_the_rest():
    found = split(SIMPSON)
    words = change_split.in_words(found, "percent", groups="stations")
    assert words.startswith(f"It rose from 59{PERCENT} to 83{PERCENT}, by 24{POINTS}. ")
    assert "Changes within stations lowered it by" in words
    assert words.endswith(change_split.warning(found))


def test_no_change_is_reported_as_no_change():
    assert change_split.in_words(split(REACHED), "percent") == (
        f"It has not changed: 71{PERCENT}."
    )


def test_a_change_lost_in_rounding_is_no_change():
    found = split(
        """
        group | n0  | d0 | n1  | d1
        A     | 0.1 | 1  | 0.3 | 1
        B     | 0.2 | 1  | 0   | 1
        """,
        "ratio",
    )
    assert found.change != 0
    assert change_split.in_words(found, "calls").startswith("It has not changed: 0.15")


@pytest.mark.parametrize(
    ("unit", "before", "after", "said"),
    [
        ("pounds", 100, 150, "from £1.00 to £1.50, by £0.50."),
        ("minutes", 91300, 85400, "from 15 min 13 s to 14 min 14 s, by 59 s."),
        (
            "days a year",
            900,
            1050,
            "from 9.0 to 10.5 days a year for each post filled, by 1.5.",
        ),
        (
            "percent a year",
            14,
            13,
            f"from 14{PERCENT} a year to 13{PERCENT} a year, by 1{POINT}.",
        ),
    ],
)
def test_amounts_are_said_in_the_unit_of_the_indicator(unit, before, after, said):
    found = split(
        f"group | n0 | d0 | n1 | d1\nIR | {before} | 100 | {after} | 100", "rate"
    )
    way = "rose" if after > before else "fell"
    assert change_split.in_words(found, unit).startswith(f"It {way} {said} ")


def test_less_than_a_tenth_of_a_point_is_not_nothing():
    found = split("group | n0 | d0 | n1 | d1\nIR | 5000 | 10000 | 5001 | 10000")
    assert "by less than 0.1 points." in change_split.in_words(found, "percent")
