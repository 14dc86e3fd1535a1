"""XmR charts against NHSRplotthedots 0.2.2, P' against qicharts2 0.8.1, each rule."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.statistics import spc

FILES = Path(__file__).parent.parent / "golden"
GOLDEN = json.loads((FILES / "xmr_nhsrplotthedots.json").read_text("utf-8"))
QICHARTS = json.loads((FILES / "control_charts_qicharts2.json").read_text("utf-8"))
TOLERANCE = 1e-9
# These come without a tolerance and are written with 13 decimals.
QICHARTS_TOLERANCE = 1e-12

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


def test_the_tolerance_matches_the_golden_cases():
    assert GOLDEN["tolerance"] == "absolute 1e-9 on limits"
    assert len(CASES) == GOLDEN["n"] == 40


def test_only_the_listed_cases_have_no_expected_chart():
    without = [name for name, case in CASES.items() if "error" in case["expected"]]
    assert without == CRASHES_IN_R


@pytest.mark.parametrize("name", [name for name in CASES if name not in CRASHES_IN_R])
def test_chart_matches_the_package(name):
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


ASSURANCES = {
    "consistent_pass": "pass",
    "consistent_fail": "fail",
    "inconsistent": "hit_or_miss",
    None: None,
}
BETTER = {"increase": "higher", "decrease": "lower", "neutral": "neither"}


@pytest.mark.parametrize("name", [name for name in CASES if name not in CRASHES_IN_R])
def test_assurance_matches_the_package(name):
    given, icons = CASES[name]["input"], CASES[name]["expected"]["icon"]
    last = chart_case(name).iloc[-1]
    better = BETTER[given["improvement_direction"]]
    found = spc.assurance(given["target"], last["lower"], last["upper"], better)
    assert found == ASSURANCES[icons["assurance"]]


@pytest.mark.parametrize(
    ("better", "target", "expected"),
    [
        ("higher", 3.1, "fail"),
        ("higher", 3, "hit_or_miss"),
        ("higher", 1, "hit_or_miss"),
        ("higher", 0.9, "pass"),
        ("lower", 3.1, "pass"),
        ("lower", 3, "hit_or_miss"),
        ("lower", 1, "hit_or_miss"),
        ("lower", 0.9, "fail"),
        ("neither", 5, None),
        ("higher", None, None),
        ("higher", np.nan, None),
        # on either side, up to this distance from zero is good
        ("nearer_zero", 3.1, "pass"),
        ("nearer_zero", 3, "hit_or_miss"),
        ("nearer_zero", 1, "hit_or_miss"),
        ("nearer_zero", 0.9, "fail"),
    ],
)
def test_assurance_is_strict(better, target, expected):
    assert spc.assurance(target, 1, 3, better) == expected
    if better == "nearer_zero":
        assert spc.assurance(target, -3, -1, better) == expected


@pytest.mark.parametrize("better", ["higher", "lower", "nearer_zero"])
def test_assurance_without_limits_is_hit_or_miss_as_in_the_package(better):
    assert spc.assurance(1, np.nan, np.nan, better) == "hit_or_miss"


# P'

# Charts of qicharts2 that we do not have, and why.
NOT_OURS = {
    "u": "rates get XmR charts: an ordinary U chart is far too tight for calls",
    "c": "counts get XmR charts",
    "mr": "the ranges are not drawn",
    "run": "the rules for runs are those of NHSRplotthedots",
    "ip": "values with unequal denominators get P' or XmR",
}
QICHARTS_CASES = {case["id"]: case for case in QICHARTS["cases"]}


def qicharts(kind):
    return [
        name for name, case in QICHARTS_CASES.items() if case["input"]["chart"] == kind
    ]


def test_every_golden_chart_is_run_or_not_ours():
    kinds = {case["input"]["chart"] for case in QICHARTS["cases"]}
    assert kinds == {"pp", "p", "i", *NOT_OURS}
    assert len(QICHARTS_CASES) == QICHARTS["n"] == 17
    assert [len(qicharts(kind)) for kind in ("pp", "p", "i")] == [3, 3, 2]


def options(case):
    return dict(case["input"]["options"])


def p_prime_case(name, floor=False):
    case = QICHARTS_CASES[name]
    given = case["input"]
    return spc.p_prime(
        given["y"],
        given["n"],
        rebase_at=[options(case)["part"]] if "part" in options(case) else (),
        fix_after=options(case).get("freeze"),
        exclude=[position - 1 for position in options(case).get("exclude", ())],
        screen=given["screened_mr"],
        floor=floor,
    )


@pytest.mark.parametrize("name", qicharts("pp"))
def test_p_prime_matches_the_package(name):
    chart, expected = p_prime_case(name), QICHARTS_CASES[name]["expected"]
    assert list(chart["segment"] + 1) == expected["part"]
    for column, peer in [("mean", "cl"), ("lower", "lcl"), ("upper", "ucl")]:
        np.testing.assert_allclose(
            chart[column], expected[peer], rtol=0, atol=QICHARTS_TOLERANCE
        )
    is_outside = chart["rule"].str.startswith("outside")
    assert list(is_outside) == expected["sigma_signal"]


UNDIVIDED = [
    name
    for name in [*qicharts("pp"), *qicharts("p")]
    if not options(QICHARTS_CASES[name])
]


@pytest.mark.parametrize("name", UNDIVIDED)
def test_without_sigma_z_limits_of_p_prime_match_those_of_p(name):
    case = QICHARTS_CASES[name]
    hits, sizes = (np.array(case["input"][part], dtype=float) for part in "yn")
    _, limits, sigma_z = spc.p_prime_limits(
        hits,
        sizes,
        np.ones(len(hits), dtype=bool),
        screen=case["input"]["screened_mr"],
        floor=False,
    )
    scale = sigma_z if case["input"]["chart"] == "p" else 1
    for peer, own in {
        "lcl": limits.lower,
        "ucl": limits.upper,
        "lcl_2s": limits.lower_near,
        "ucl_2s": limits.upper_near,
    }.items():
        found = np.clip(limits.mean + (own - limits.mean) / scale, 0, 1)
        np.testing.assert_allclose(
            found, case["expected"][peer], rtol=0, atol=QICHARTS_TOLERANCE
        )


def test_sigma_z_below_one_is_kept_at_one_which_is_the_p_chart():
    name = "p_constant_rate"
    floored = p_prime_case(name, floor=True)
    given = QICHARTS_CASES[name]["input"]
    hits, sizes = given["y"], given["n"]
    assert sigma_z(hits, sizes, floor=False) == pytest.approx(0.48, abs=0.005)
    assert sigma_z(hits, sizes, floor=True) == 1
    for column, peer in [("lower", "lcl"), ("upper", "ucl")]:
        expected = QICHARTS_CASES[name]["expected"][peer]
        np.testing.assert_allclose(
            floored[column], expected, rtol=0, atol=QICHARTS_TOLERANCE
        )


@pytest.mark.parametrize("name", qicharts("i"))
def test_individual_charts_differ_only_by_the_rounding_of_their_factor(name):
    case = QICHARTS_CASES[name]
    expected = case["expected"]
    chart = spc.xmr(
        case["input"]["y"],
        fix_after=options(case).get("freeze"),
        screen=case["input"]["screened_mr"],
    )
    # the package does not round 3 / 1.128 to 2.66
    ratio = 3 / 1.128 / 2.66
    np.testing.assert_allclose(chart["mean"], expected["cl"], rtol=0, atol=1e-9)
    for column, peer in [("lower", "lcl"), ("upper", "ucl")]:
        reach = (chart[column] - chart["mean"]) * ratio
        np.testing.assert_allclose(
            chart["mean"] + reach, expected[peer], rtol=0, atol=1e-9
        )


def test_p_prime_has_the_columns_of_xmr():
    chart = spc.p_prime([7, 8, 7], [10, 10, 10])
    assert list(chart.columns) == list(spc.xmr([7, 8, 7]).columns)
    assert spc.p_prime([], []).empty


def sigma_z(hits, sizes, *, exclude=(), **more):
    is_base = ~np.isin(np.arange(len(hits)), exclude)
    sides = (np.array(side, dtype=float) for side in (hits, sizes))
    return spc.p_prime_limits(*sides, is_base, **more).sigma_z


MANY = ([30, 65, 34, 58, 33, 70, 90, 29, 62, 36], [100, 200] * 3 + [100, 100, 200, 100])


def test_a_point_left_out_takes_no_part_in_limits_but_can_lie_outside():
    hits, sizes = MANY
    chart = spc.p_prime(hits, sizes, exclude=[6], floor=False)
    without = spc.p_prime(hits[:6] + hits[7:], sizes[:6] + sizes[7:], floor=False)
    kept = chart.drop(index=6).reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, without)
    assert chart["rule"][6] == "outside_high"
    own = sigma_z(hits[:6] + hits[7:], sizes[:6] + sizes[7:], floor=False)
    assert sigma_z(hits, sizes, exclude=[6], floor=False) == own
    assert sigma_z(hits, sizes, floor=False) != own


def test_a_point_left_out_is_bridged_in_runs():
    hits = [*[50, 70, 40, 60] * 3, 60, 61, 62, 5, 63, 64, 65, 66]
    chart = spc.p_prime(hits, [100] * 20, exclude=[15])
    assert list(chart["rule"][12:]) == [
        *["trend_up"] * 3,
        "outside_low",
        *["trend_up"] * 4,
    ]


def test_a_baseline_gives_limits_to_all_rows():
    hits, sizes = MANY
    fixed = spc.p_prime(hits, sizes, fix_after=5, floor=False)
    alone = spc.p_prime(hits[:5], sizes[:5], floor=False)
    others = range(5, len(hits))
    own = sigma_z(hits[:5], sizes[:5], floor=False)
    assert sigma_z(hits, sizes, exclude=others, floor=False) == own
    assert set(fixed["mean"]) == set(alone["mean"])
    assert fixed["rule"][6] == "outside_high"


@pytest.mark.parametrize("missing", [(np.nan, np.nan), (0, 0), (np.nan, 100)])
def test_a_month_without_cases_or_hits_is_a_gap_in_p_prime(missing):
    hits, sizes = (
        [*part[:4], gap, *part[4:]] for part, gap in zip(MANY, missing, strict=True)
    )
    chart = spc.p_prime(hits, sizes, floor=False)
    assert chart["rule"][4] == ""
    assert np.isnan(chart["upper"][4]) == (missing[1] != 100)
    assert chart["mean"][0] == sum(MANY[0]) / sum(MANY[1])
    # the ranges on both sides of the gap are lost, not bridged
    shares = np.array(MANY[0]) / np.array(MANY[1])
    scores = (shares - chart["mean"][0]) * np.sqrt(MANY[1])
    scores /= np.sqrt(chart["mean"][0] * (1 - chart["mean"][0]))
    ranges = np.delete(np.abs(np.diff(scores)), 3)
    ranges = ranges[ranges < 3.267 * ranges.mean()]
    expected = pytest.approx(ranges.mean() / 1.128)
    assert sigma_z(hits, sizes, floor=False) == expected


@pytest.mark.parametrize("hits", [[1, 0, 2, 0, 1], [9, 10, 8, 10, 9]])
def test_limits_of_p_prime_end_at_0_and_1(hits):
    chart = spc.p_prime(hits, [10] * 5)
    assert (chart["lower"].min() == 0) == (hits[0] == 1)
    assert (chart["upper"].max() == 1) == (hits[0] == 9)


def test_segments_of_p_prime_do_not_look_at_each_other():
    hits, sizes = MANY
    both = spc.p_prime(hits + hits[::-1], sizes + sizes[::-1], rebase_at=[10])
    second = spc.p_prime(hits[::-1], sizes[::-1])
    pd.testing.assert_frame_equal(
        both[10:].drop(columns="segment").reset_index(drop=True),
        second.drop(columns="segment"),
    )


@pytest.mark.parametrize("share", [0, 1])
def test_shares_of_none_and_all_have_limits_without_width(share):
    chart = spc.p_prime([share * 40] * 9, [40] * 9)
    assert set(chart["lower"]) == set(chart["upper"]) == {share}
    assert set(chart["rule"]) == {""}


@given(st.integers(1, 99), st.lists(st.integers(1, 500), min_size=8, max_size=20))
def test_equal_shares_of_weighted_answers_lie_on_their_mean(percent, sizes):
    hits = [size * (percent / 100) for size in sizes]
    assert set(spc.p_prime(hits, sizes)["rule"]) == {""}


@pytest.mark.parametrize("argument", ["rebase_at", "exclude"])
def test_positions_outside_a_series_of_shares_are_refused(argument):
    with pytest.raises(ValueError, match=r"no value at \[10\]"):
        spc.p_prime(*MANY, **{argument: [10]})


# rules


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ([1, 2, 3, 4, 5, 6], "......"),
        ([1, 2, 3, 4, 5, 6, 7], "+++++++"),
        ([7, 6, 5, 4, 3, 2, 1, 1], "-------."),
        ([1, 2, 3, 3, 4, 5, 6, 7], "........"),
        ([1, 2, 3, None, 4, 5, 6, 7, 8], "........."),
        # A shared peak belongs to the fall after it.
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
def test_a_constant_series_lies_on_its_mean_whatever_the_decimals(value, size):
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
def test_impossible_arguments_are_refused(arguments, message):
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
