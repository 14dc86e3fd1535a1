"""Funnels against FunnelPlotR, PHEindicatormethods and qikit, and their promises."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from kpis.definitions import indicators
from kpis.definitions.indicator_model import Measure
from kpis.statistics import funnel, intervals

FILES = Path(__file__).parent.parent / "golden"
PEER = json.loads((FILES / "funnel_funnelplotr.json").read_text("utf-8"))
PHE = json.loads((FILES / "funnel_phe_generated.json").read_text("utf-8"))
QIKIT = json.loads((FILES / "funnel_qikit.json").read_text("utf-8"))
TOLERANCE = 1e-9
PHE_TOLERANCE = 1e-7

CASES = {case["id"]: case for case in PEER["cases"]}
PROPORTIONS = [n for n, case in CASES.items() if case["input"]["data_type"] == "PR"]
OTHERS = [name for name in CASES if name not in PROPORTIONS]
ENDS = {
    "lower_95": "lcl95",
    "upper_95": "ucl95",
    "lower_998": "lcl998",
    "upper_998": "ucl998",
}

# Cases of FunnelPlotR that are not run against `funnel`, and why.
NOT_OURS = {
    "SR SHMI": "we have no standardised ratios; truncation and logarithms are not ours",
    "SR CQC": "no standardised ratios; the peer's adjusted limits are not squared back",
    "RC": "the peer's limits take 1 / (2 sqrt n), which flags 6 of 32 equal areas; "
    "rates get exact Poisson limits",
}
# one case each
TRIMMED = "pr_strong_od_trim20"
# Where the angle leaves the range of 0 to a quarter turn, the peer's squared sine turns
# back. This happens to areas with fewer than ten cases.
FOLDED = {"pr_tiny_denominators"}


def kind(case):
    given = case["input"]
    return " ".join(filter(None, [given["data_type"], given["sr_method"]]))


def drawn(name, **more):
    given = CASES[name]["input"]
    return funnel.proportion(given["numerator"], given["denominator"], **more)


def test_tolerances_match_the_golden_cases():
    assert PEER["tolerance"] == "1e-9 relative"
    assert PHE["tolerance"].startswith("1e-7 relative")
    assert len(CASES) == PEER["n"] == 10


def test_every_golden_case_is_run_or_not_ours():
    assert {kind(CASES[name]) for name in OTHERS} == set(NOT_OURS)
    assert {kind(CASES[name]) for name in PROPORTIONS} == {"PR"}
    assert all(CASES[name]["input"]["limit"] == 99 for name in PROPORTIONS)


@pytest.mark.parametrize("name", PROPORTIONS)
def test_proportions_match_the_peers_values_and_z(name):
    found, expected = drawn(name), CASES[name]["expected"]
    np.testing.assert_allclose(found["value"], expected["rr"], rtol=TOLERANCE)
    np.testing.assert_allclose(found["centre"], expected["target"], rtol=TOLERANCE)
    np.testing.assert_allclose(found["z"], expected["uzscore"], rtol=TOLERANCE)


@pytest.mark.parametrize("name", PROPORTIONS)
def test_unadjusted_limits_match_the_peer(name):
    found = drawn(name, adjust=False)
    assert found.attrs == {"phi": 0, "tau2": 0}
    same_limits(found, name, "")


@pytest.mark.parametrize("name", [name for name in PROPORTIONS if name != TRIMMED])
def test_adjusted_limits_match_the_peer(name):
    found, expected = drawn(name), CASES[name]["expected"]
    assert found.attrs["phi"] == pytest.approx(expected["phi"], rel=TOLERANCE)
    assert found.attrs["tau2"] == pytest.approx(expected["tau2"], rel=TOLERANCE)
    same_limits(found, name, "od_" if expected["adjusted_used"] else "")
    assert list(found["outlier"]) == [bool(one) for one in expected["outlier"]]


def test_no_other_winsorised_share_is_offered():
    assert CASES[TRIMMED]["input"]["trim_by"] != funnel.WINSORISED
    others = [CASES[name]["input"]["trim_by"] for name in PROPORTIONS]
    assert others.count(funnel.WINSORISED) == len(others) - 1


def same_limits(found, name, prefix):
    given, expected = CASES[name]["input"], CASES[name]["expected"]
    middle = np.arcsin(np.sqrt(expected["target"]))
    tau2 = expected["tau2"] if prefix else 0
    error = np.sqrt(1 / (4 * np.array(given["denominator"])) + tau2)
    for column, peer in ENDS.items():
        own = found[column] * given["multiplier"]
        side = 1 if column.startswith("upper") else -1
        angle = middle + side * funnel.NORMAL[column.partition("_")[2]] * error
        folds = (angle < 0) | (angle > np.pi / 2)
        assert not folds.any() or name in FOLDED
        np.testing.assert_allclose(
            own[~folds], np.array(expected[prefix + peer])[~folds], rtol=TOLERANCE
        )
        end = given["multiplier"] if side > 0 else 0
        np.testing.assert_array_equal(own[folds], end)


DRAWN_IN = [
    name
    for name, case in CASES.items()
    if name != TRIMMED and kind(case) != "SR SHMI" and case["input"]["draw_adjusted"]
]


@pytest.mark.parametrize("name", DRAWN_IN)
def test_dispersion_of_distances_matches_the_peer(name):
    expected = CASES[name]["expected"]
    found = funnel.dispersion(np.array(expected["uzscore"]))
    assert found == pytest.approx(expected["phi"], rel=TOLERANCE)


@pytest.mark.parametrize("name", ["sr_cqc_od", "sr_cqc_100"])
def test_variance_between_areas_matches_the_peer(name):
    given, expected = CASES[name]["input"], CASES[name]["expected"]
    error = 1 / (2 * np.sqrt(np.array(given["denominator"])))
    found = funnel.variance_between(expected["phi"], error)
    assert found == pytest.approx(expected["tau2"], rel=TOLERANCE)


def test_variance_between_areas_in_a_worked_example():
    (case,) = PEER["helper_cases"]
    error = np.array(case["input"]["S"])
    found = funnel.variance_between(case["input"]["phi"], error)
    assert found == pytest.approx(case["expected_in_test"]["tau2"], rel=TOLERANCE)
    assert len(error) == case["input"]["n"]


# PHEindicatormethods

FUNNELS = {case["id"]: case for case in PHE["funnels"]}
# Cases of PHEindicatormethods that are not run against `funnel`, and why.
PHE_NOT_OURS = {
    "dsr": "we have no directly standardised rates",
    "isratio": "we have no standardised ratios; from ten events on it takes Byar's "
    "approximation",
}


def test_every_case_of_phe_is_run_or_not_ours():
    kinds = {key for key, value in PHE.items() if isinstance(value, list)}
    assert kinds == {"funnels", "poisson_funnel", *PHE_NOT_OURS}
    assert list(FUNNELS) == [
        "funnel_prop_1",
        "funnel_prop_3",
        "funnel_rate_2",
        "funnel_ratio",
    ]


def labels(found):
    """The four labels of the peer, the outermost limits first."""
    value = found["value"]
    return np.select(
        [
            value > found["upper_998"],
            value < found["lower_998"],
            value > found["upper_95"],
            value < found["lower_95"],
        ],
        ["High (0.001)", "Low (0.001)", "High (0.025)", "Low (0.025)"],
        "Not significant",
    )


def test_rates_have_the_labels_of_phe():
    case = FUNNELS["funnel_rate_2"]
    found = funnel.rate(case["numerator"], case["denominator"])
    assert list(labels(found)) == case["expected"]["significance"]
    average = case["expected"]["average"] / 1000
    np.testing.assert_allclose(found["centre"], average, rtol=PHE_TOLERANCE)


@pytest.mark.parametrize("case", PHE["poisson_funnel"], ids=lambda c: c["observed"])
def test_poisson_lines_match_phe(case):
    # another area, so large that the rate of the whole is and stays 1
    observed, rest = case["observed"], 10**6
    for key, column in {
        "expected_lower_2s": "lower_95",
        "expected_upper_2s": "upper_95",
        "expected_lower_3s": "lower_998",
        "expected_upper_3s": "upper_998",
    }.items():
        expected = case[key]
        exposures = [expected, rest + observed - expected]
        found = funnel.rate([observed, rest], exposures).iloc[0]
        assert found["centre"] == pytest.approx(1, rel=1e-12)
        assert found[column] == pytest.approx(found["value"], rel=1e-5)


@pytest.mark.parametrize("case", PHE["poisson_funnel"], ids=lambda c: c["observed"])
def test_poisson_lines_of_phe_are_our_exact_intervals(case):
    # the peer finds this number by bisection, to 1e-7
    def bisected(expected):
        return expected / (expected + case["observed"] + 1)

    for confidence, name in ((0.95, "2s"), (0.998, "3s")):
        ends = intervals.poisson_rate(case["observed"], 1, confidence)
        for end, side in zip(ends, ("upper", "lower"), strict=True):
            expected = bisected(case[f"expected_{side}_{name}"])
            assert bisected(end) == pytest.approx(expected, abs=PHE_TOLERANCE)


def test_ratios_have_the_labels_of_phe_by_our_exact_intervals():
    case = FUNNELS["funnel_ratio"]
    found = pd.DataFrame({"value": [1.0] * len(case["observed"])})
    for confidence, name in ((0.95, "95"), (0.998, "998")):
        lower, upper = intervals.poisson_rate(
            case["observed"], case["expected_events"], confidence
        )
        # an area whose interval lies above 1 is high: 1 lies below its interval
        found[f"lower_{name}"], found[f"upper_{name}"] = lower, upper
    turned = {"High": "Low", "Low": "High"}
    expected = [
        turned.get(label.split()[0], "Not") + label[len(label.split()[0]) :]
        for label in case["expected"]["significance"]
    ]
    assert list(labels(found)) == expected


@pytest.mark.parametrize("name", ["funnel_prop_1", "funnel_prop_3"])
def test_proportions_have_the_outliers_of_phe(name):
    # Its limits are centre -/+ z sqrt(centre (1 - centre) / n), ours are on the arcsine
    # scale. They differ near 0 and 1 and for few cases, so some areas lie outside the
    # 95 % limits of only one of them.
    case = FUNNELS[name]
    found = funnel.proportion(case["numerator"], case["denominator"], adjust=False)
    expected = [label[-7:] == "(0.001)" for label in case["expected"]["significance"]]
    assert list(found["outlier"]) == expected
    average = case["expected"]["average"]
    np.testing.assert_allclose(found["centre"], average, rtol=PHE_TOLERANCE)
    large = np.array(case["denominator"]) > 500
    for column in ("lower_95", "upper_95", "lower_998", "upper_998"):
        np.testing.assert_allclose(
            found[column][large], np.array(case["expected"][column])[large], atol=0.005
        )


# qikit


def test_exact_quantiles_of_qikit_lie_within_one_event_of_our_rates():
    # It interpolates quantiles; their upper side flags one event sooner than 0.1 %.
    (case,) = [one for one in QIKIT["cases"] if one["input"]["family"] == "poisson"]
    sizes = np.array(case["input"]["denominator"])
    found = funnel.rate(case["input"]["numerator"], sizes)
    peer = {name: np.array(values) for name, values in case["expected"]["u"].items()}
    np.testing.assert_allclose(found["value"], peer["y"], rtol=1e-12)
    np.testing.assert_allclose(found["centre"], peer["cl"], rtol=1e-12)
    for lower, upper, ours in (("lcl", "ucl", "998"), ("lcl_95", "ucl_95", "95")):
        below = (found[f"lower_{ours}"] - peer[lower]) * sizes
        above = (found[f"upper_{ours}"] - peer[upper]) * sizes
        assert below.abs().max() < 0.5
        assert above.between(0.5, 1.5).all()


def test_centres_of_qikit_are_ours_and_its_limits_are_not():
    # Its limits are quantiles of a binomial, and its phi is on the natural scale.
    assert len(QIKIT["cases"]) == QIKIT["n"] == 4
    for case in QIKIT["cases"]:
        if case["input"]["family"] == "binomial":
            given = case["input"]
            found = funnel.proportion(given["numerator"], given["denominator"])
            np.testing.assert_allclose(found["centre"], case["expected"]["centre"])
            assert found.attrs["phi"] == pytest.approx(case["expected"]["phi"], rel=0.1)


# promises

COUNTS = st.lists(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=40,
)


@given(COUNTS, st.booleans())
def test_limits_of_proportions_lie_in_order_within_0_and_1(counts, adjust):
    numerator, denominator = np.transpose(counts)
    found = funnel.proportion(numerator, denominator, adjust=adjust)
    order = ["lower_998", "lower_95", "centre", "upper_95", "upper_998"]
    steps = np.diff(found[order].to_numpy(), axis=1)
    assert (steps >= -1e-12).all()
    assert found[order].to_numpy().min() >= 0
    assert found[order].to_numpy().max() <= 1
    assert found.attrs["phi"] >= 0 <= found.attrs["tau2"]


@given(COUNTS)
def test_adjustment_only_widens_limits(counts):
    numerator, denominator = np.transpose(counts)
    plain = funnel.proportion(numerator, denominator, adjust=False)
    wide = funnel.proportion(numerator, denominator)
    assert (wide["upper_998"] >= plain["upper_998"]).all()
    assert (wide["lower_998"] <= plain["lower_998"]).all()
    if wide.attrs["phi"] <= 1:
        assert wide.attrs["tau2"] == 0
        pd.testing.assert_frame_equal(wide[list(ENDS)], plain[list(ENDS)])


def test_areas_that_vary_no_more_than_by_chance_are_not_adjusted():
    found = funnel.proportion([41, 73, 63], [96, 133, 130])
    assert found.attrs == {"phi": pytest.approx(0.7274, abs=1e-4), "tau2": 0}


@given(st.lists(st.integers(0, 3000), min_size=2, max_size=40), st.floats(0.1, 1e5))
def test_a_rate_is_outside_when_its_exact_interval_leaves_out_the_centre(
    counts, exposure
):
    exposures = np.linspace(exposure, 2 * exposure, len(counts))
    found = funnel.rate(counts, exposures)
    for confidence, name in ((0.998, "998"), (0.95, "95")):
        lower, upper = intervals.poisson_rate(counts, exposures, confidence)
        is_far = (found["centre"] * exposures > 1) & (found["z"].abs() > 1e-6)
        left_out = (found["centre"] < lower) | (found["centre"] > upper)
        outside = (found["value"] > found[f"upper_{name}"]) | (
            found["value"] < found[f"lower_{name}"]
        )
        assert list(outside[is_far]) == list(left_out[is_far])
    assert list(found["outlier"]) == list(
        (found["value"] > found["upper_998"]) | (found["value"] < found["lower_998"])
    )


@pytest.mark.parametrize("expected", [0.5, 3, 20, 400])
def test_a_rate_lies_outside_by_chance_at_most_as_often_as_promised(expected):
    found = funnel.rate([10**9, 0], [10**9, expected]).iloc[1]
    for tail, name in ((0.025, "95"), (0.001, "998")):
        upper, lower = (found[f"{end}_{name}"] * expected for end in ("upper", "lower"))
        above = poisson.sf(np.floor(upper), expected)
        below = poisson.cdf(np.ceil(lower) - 1, expected)
        assert above <= tail
        assert below <= tail
        assert poisson.sf(np.floor(upper) - 2, expected) > tail


def test_one_event_alone_is_never_outside():
    found = funnel.rate([1, 10**6], [1e-7, 10**6])
    assert list(found["outlier"]) == [False, False]


@pytest.mark.parametrize("make", [funnel.proportion, funnel.rate])
def test_an_area_without_cases_is_an_empty_row_and_counts_nowhere(make):
    found = make([0, 30, 50, np.nan, 5], [0, 100, 100, 100, np.nan])
    without = make([30, 50], [100, 100])
    figures = [name for name in funnel.COLUMNS if name != "outlier"]
    assert found.loc[[0, 3, 4], figures].isna().all(axis=None)
    assert not found.loc[[0, 3, 4], "outlier"].any()
    kept = found.loc[[1, 2]].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, without)
    assert found.attrs == without.attrs


@pytest.mark.parametrize("make", [funnel.proportion, funnel.rate])
def test_no_areas_or_only_empty_areas_make_no_funnel(make):
    assert list(make([], []).columns) == list(funnel.COLUMNS)
    nothing = make([0, 0], [0, 0])
    assert nothing["value"].isna().all()
    alone = make([5], [10])
    assert alone["z"][0] == pytest.approx(0, abs=1e-9)
    assert not alone["outlier"].any()


def test_one_area_far_from_the_others_is_the_outlier():
    found = funnel.proportion([*[70, 72, 69, 71] * 7, 40], [100] * 29)
    assert list(np.flatnonzero(found["outlier"])) == [28]
    found = funnel.rate([*[70, 72, 69, 71] * 7, 20, 140], [100] * 30)
    assert list(np.flatnonzero(found["outlier"])) == [28, 29]


def test_z_of_a_rate_is_on_the_square_root_scale():
    found = funnel.rate([144, 56], [100, 100])
    assert found["z"].tolist() == pytest.approx([4, 2 * (56**0.5 - 10)])


@pytest.mark.parametrize(
    ("kind", "counts", "expected"),
    [
        ("proportion", "cases", True),
        ("rate", "cases", True),
        ("rate", "amounts", False),
        ("proportion", "amounts", False),
        ("ratio", "cases", False),
        ("mean", "cases", False),
        ("median", "cases", False),
        ("difference", "cases", False),
        ("sum", "amounts", False),
    ],
)
def test_only_independent_cases_get_a_funnel(kind, counts, expected):
    assert Measure(kind, "percent", counts).allows_funnel == expected


def test_no_indicator_of_hours_money_or_staff_gets_a_funnel():
    units = ("pounds", "days a year", "percent a year")
    for kpi in indicators.load().values():
        if (
            kpi.measure.counts == "amounts"
            or kpi.measure.unit in units
            or kpi.wording.family == "financial"
        ):
            assert not kpi.measure.allows_funnel, kpi.id
    assert any(kpi.measure.allows_funnel for kpi in indicators.load().values())
