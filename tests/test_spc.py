"""XmR charts against NHSRplotthedots 0.2.2, and each rule by itself."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis import spc

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "xmr_nhsrplotthedots.json").read_text("utf-8")
)
TOLERANCE = 1e-9

# The package stops with "missing value where TRUE/FALSE needed" on a gap inside a run.
CRASHES_IN_R = ["missing_inside_rising_run"]

RULE_OF_LABEL = {
    "Common Cause": "",
    "Above UCL": "outside_high",
    "Below LCL": "outside_low",
    "7 Point Trend (Increasing)": "trend_up",
    "7 Point Trend (Decreasing)": "trend_down",
    "2 in 3 Above CL": "two_of_three_high",
    "2 in 3 Below CL": "two_of_three_low",
    "7 Points Above CL": "shift_high",
    "7 Points Below CL": "shift_low",
}

CASES = {case["id"]: case for case in GOLDEN["cases"]}


def chart_case(name):
    given = CASES[name]["input"]
    positions = [
        i for i, day in enumerate(given["dates"]) if day in given["rebase_dates"]
    ]
    return spc.xmr(
        given["values"],
        rebase_at=positions,
        fix_after=given["fix_after_n_points"],
        screen=given["screen_outliers"],
    )


def test_tolerance_is_the_one_stated_with_the_golden_cases():
    assert GOLDEN["tolerance"] == "absolute 1e-9 on limits"
    assert len(CASES) == GOLDEN["n"] == 40


def test_only_the_listed_cases_have_no_expected_chart():
    without = [name for name, case in CASES.items() if "error" in case["expected"]]
    assert without == CRASHES_IN_R


@pytest.mark.parametrize("name", [name for name in CASES if name not in CRASHES_IN_R])
def test_chart_is_that_of_the_package(name):
    expected = CASES[name]["expected"]
    chart = chart_case(name)
    assert list(chart["segment"]) == expected["rebase_group"]
    for column, peer in [("mean", "mean"), ("lower", "lpl"), ("upper", "upl")]:
        limits = np.array(expected[peer], dtype=float)
        np.testing.assert_allclose(chart[column], limits, rtol=0, atol=TOLERANCE)
    labels = expected["special_cause_type"]
    assert list(chart["rule"]) == [RULE_OF_LABEL[label] for label in labels]


def test_gap_inside_a_run_breaks_it():
    assert set(chart_case("missing_inside_rising_run")["rule"]) == {""}


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ([1, 2, 3, 4, 5, 6], "......"),
        ([1, 2, 3, 4, 5, 6, 7], "+++++++"),
        ([7, 6, 5, 4, 3, 2, 1, 1], "-------."),
        ([1, 2, 3, 3, 4, 5, 6, 7], "........"),
        ([1, 2, 3, None, 4, 5, 6, 7, 8], "........."),
        # A shared peak belongs to the fall that follows.
        ([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1], "++++++-------"),
        # So does the top of a rise when the next rise starts lower, as in the package.
        ([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7], "++++++-+++++++"),
    ],
)
def test_trend(values, flags):
    assert drawn(spc.trend(np.array(values, dtype=float))) == flags


@pytest.mark.parametrize(
    ("sides", "flags"),
    [
        ("++++++", "......"),
        ("+++++++", "+++++++"),
        ("--------+", "--------."),
        ("+++0++++", "........"),
    ],
)
def test_shift(sides, flags):
    assert drawn(spc.shift(signs(sides))) == flags


@pytest.mark.parametrize(
    ("near", "sides", "flags"),
    [
        ("n.n", "+++", "+.+"),
        ("nn.", "---", "--."),
        ("nnn", "+++", "+++"),
        ("n..n", "++++", "...."),
        ("nn.", "++-", "..."),
        ("nn.", "++0", "..."),
        ("nn", "++", ".."),
    ],
)
def test_two_of_three(near, sides, flags):
    is_near = np.array([mark == "n" for mark in near])
    assert drawn(spc.two_of_three(is_near, signs(sides))) == flags


def test_outside_is_strict():
    values = np.array([1, 2, 3, 4, 5, np.nan])
    assert drawn(spc.outside(values, lower=2, upper=4)) == "-...+."


@given(st.floats(0.001, 1000), st.integers(2, 40))
def test_constant_series_lies_on_its_mean_whatever_the_decimals(value, size):
    chart = spc.xmr([value] * size, screen=False)
    assert set(chart["mean"]) == {value}
    assert set(chart["rule"]) == {""}


def test_segments_do_not_look_at_each_other():
    first, second = [3, 5, 4, 6, 5, 3, 4], [13, 12, 15, 14, 12, 11, 16]
    both = spc.xmr(first + second, rebase_at=[7])
    apart = pd.concat([spc.xmr(first), spc.xmr(second)], ignore_index=True)
    pd.testing.assert_frame_equal(both.drop(columns="segment"), apart[both.columns[1:]])
    assert list(both["segment"]) == [0] * 7 + [1] * 7


def test_empty_series_has_an_empty_chart():
    chart = spc.xmr([])
    assert list(chart.columns) == ["segment", "mean", "lower", "upper", "rule"]
    assert chart.empty


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rebase_at": [20]}, "no value at \\[20\\]"),
        ({"rebase_at": [-1]}, "no value at \\[-1\\]"),
        ({"fix_after": 11}, "a baseline of 11 is too short"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        spc.xmr(range(20), **arguments)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40))
def test_negated_series_has_the_mirrored_chart(values):
    chart, mirror = spc.xmr(values), spc.xmr([-value for value in values])
    np.testing.assert_array_equal(chart["upper"], -mirror["lower"])
    directions = chart["rule"].map(spc.DIRECTIONS)
    np.testing.assert_array_equal(directions, -mirror["rule"].map(spc.DIRECTIONS))


def signs(text):
    return np.array([{"+": 1, "-": -1, "0": 0}[mark] for mark in text])


def drawn(flags):
    return "".join({1: "+", -1: "-", 0: "."}[int(flag)] for flag in flags)
