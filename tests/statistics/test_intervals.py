"""Intervals against published values, exact sums and what they promise."""

import json
from fractions import Fraction
from math import comb, exp, fsum, isnan, lgamma, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kpis.statistics.intervals import (
    difference,
    effective_n,
    mean,
    of_each,
    poisson_rate,
    quantile_ranks,
    rank_intervals,
    wilson,
)

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "ci_phe.json").read_text("utf-8")
)


# Cases of PHEindicatormethods that we do not have, and why.
NOT_OURS = {
    "byars_counts": "counts get exact limits, to which Byar's are an approximation",
}


def test_every_golden_kind_is_run_or_not_ours():
    cases = {
        key
        for key, value in GOLDEN.items()
        if isinstance(value, list) and isinstance(value[0], dict)
    }
    assert cases == {"wilson", "rates", "means", *NOT_OURS}


@pytest.mark.parametrize("case", GOLDEN["wilson"], ids=lambda c: str(c["confidence"]))
def test_wilson_matches_phe_indicator_methods(case):
    lower, upper = wilson(case["x"], case["n"], case["confidence"])
    np.testing.assert_allclose(lower, case["lower"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(upper, case["upper"], rtol=0, atol=1e-12)


def test_wilson_at_95_percent_in_a_worked_example():
    # Newcombe 1998, table I: 81 of 263, method 3.
    lower, upper = wilson(81, 263)
    assert (round(float(lower), 4), round(float(upper), 4)) == (0.2553, 0.3662)


def test_wilson_without_cases_is_empty():
    lower, upper = wilson([0, 5], [0, 10])
    assert list(np.isnan(lower)) == list(np.isnan(upper)) == [True, False]


@given(
    st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.5, 0.999),
)
def test_wilson_lies_in_0_to_1_and_holds_the_proportion(case, confidence):
    numerator, denominator = case
    lower, upper = wilson(numerator, denominator, confidence)
    proportion = numerator / denominator
    assert 0 <= lower <= proportion + 1e-12
    assert proportion - 1e-12 <= upper <= 1


# From the usual table of distribution-free intervals for a median: the narrowest ranks
# with at least 95 % for n values, and their real coverage.
MEDIAN_TABLE = """
    n   ranks    holds
    6   1   6    96.9
    9   2   8    96.1
    10  2   9    97.9
    15  4  12    96.5
    16  4  13    97.9
    17  5  13    95.1
    20  6  15    95.9
"""


@pytest.mark.parametrize("row", MEDIAN_TABLE.strip().splitlines()[1:], ids=str.strip)
def test_ranks_around_the_median_in_the_published_table(row):
    n, low, high, holds = (float(cell) for cell in row.split())
    assert quantile_ranks(n, 0.5) == (low, high)
    below = [comb(int(n), k) / 2**n for k in range(int(low), int(high))]
    assert round(100 * sum(below), 1) == holds


@pytest.mark.parametrize(
    ("n", "quantile"), [(0, 0.5), (1, 0.5), (5, 0.5), (35, 0.9), (10, 0.01)]
)
def test_too_few_values_have_no_ranks(n, quantile):
    assert all(np.isnan(rank) for rank in quantile_ranks(n, quantile))


def test_arrays_give_arrays():
    lower, upper = quantile_ranks([5, 10, 100], [0.5, 0.5, 0.9])
    np.testing.assert_array_equal(lower, [np.nan, 2, 84])
    np.testing.assert_array_equal(upper, [np.nan, 9, 96])


@given(st.integers(1, 300), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 0.95]))
def test_ranks_miss_on_each_side_no_more_and_no_less_than_promised(n, quantile):
    below = [comb(n, k) * quantile**k * (1 - quantile) ** (n - k) for k in range(n + 1)]
    lower, upper = quantile_ranks(n, quantile)
    if np.isnan(lower):
        assert below[0] > 0.025 or below[n] > 0.025
        return
    low, high = int(lower), int(upper)
    # The value of rank r lies above the quantile when fewer than r values lie below.
    assert sum(below[:low]) <= 0.025 + 1e-12
    assert sum(below[high:]) <= 0.025 + 1e-12
    assert sum(below[: low + 1]) >= 0.025 - 1e-12
    assert sum(below[high - 1 :]) >= 0.025 - 1e-12


# rates


@pytest.mark.parametrize("case", GOLDEN["rates"], ids=lambda c: str(c["confidence"]))
def test_exact_rates_match_phe_indicator_methods(case):
    # it uses Byar's approximation from ten events on
    is_exact = np.array(case["method"]) == "Exact"
    assert is_exact.sum() == 5
    count, exposure = (np.array(case[name])[is_exact] for name in ("x", "n"))
    lower, upper = poisson_rate(count, exposure, case["confidence"])
    for name, found in (("lower", lower), ("upper", upper)):
        expected = np.array(case[name])[is_exact] / case["multiplier"]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


# from the usual table of exact limits for a count, at 95 %
COUNT_TABLE = """
    x    lower   upper
    0    0       3.689
    1    0.0253  5.572
    10   4.795   18.39
    20   12.22   30.89
    50   37.11   65.92
    100  81.36   121.63
"""


@pytest.mark.parametrize("row", COUNT_TABLE.strip().splitlines()[1:], ids=str.strip)
def test_limits_of_a_count_in_the_published_table(row):
    count, lower, upper = row.split()
    for found, written in zip(poisson_rate(int(count), 1), (lower, upper), strict=True):
        places = len(written.partition(".")[2])
        assert round(float(found), places) == float(written)


def chance_of_at_most(count: int, expected: float) -> float:
    terms = (k * log(expected) - lgamma(k + 1) - expected for k in range(count + 1))
    return fsum(exp(term) for term in terms)


@given(st.integers(0, 500), st.floats(1e-3, 1e6), st.floats(0.5, 0.999))
def test_a_rate_at_a_limit_has_exactly_the_promised_chance_beyond_it(
    count, exposure, confidence
):
    lower, upper = poisson_rate(count, exposure, confidence)
    rest = (1 - confidence) / 2
    at_most = chance_of_at_most(count, float(upper) * exposure)
    assert at_most == pytest.approx(rest, rel=1e-6)
    if count == 0:
        assert lower == 0
        return
    fewer = chance_of_at_most(count - 1, float(lower) * exposure)
    assert 1 - fewer == pytest.approx(rest, rel=1e-6)


def test_a_rate_of_no_exposure_has_no_interval():
    lower, upper = poisson_rate([0, 3, 0], [0, 0, 2])
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [True, True, False]
    assert (lower[2], round(upper[2], 3)) == (0, 1.844)


# means


def of_values(values, confidence=0.95):
    values = np.asarray(values, dtype=float)
    return mean(len(values), values.sum(), (values**2).sum(), confidence)


@pytest.mark.parametrize("case", GOLDEN["means"], ids=lambda c: f"n {c['count']}")
def test_the_interval_of_a_mean_matches_phe_indicator_methods(case):
    found = of_values(case["values"], case["confidence"])
    np.testing.assert_allclose(found, (case["lower"], case["upper"]), rtol=1e-10)


@given(
    st.lists(st.integers(0, 86_400), min_size=2, max_size=200),
    st.floats(0.5, 0.999),
)
def test_the_interval_of_a_mean_matches_a_t_test(seconds, confidence):
    lower, upper = of_values(seconds, confidence)
    if len(set(seconds)) == 1:
        assert lower == pytest.approx(seconds[0])
        assert upper == pytest.approx(seconds[0])
        return
    expected = stats.ttest_1samp(seconds, 0).confidence_interval(confidence)
    # within a thousandth of a second, whatever the seconds
    assert lower == pytest.approx(expected.low, abs=1e-3)
    assert upper == pytest.approx(expected.high, abs=1e-3)


def test_one_value_or_none_has_no_interval():
    lower, upper = mean([0, 1, 2], [0, 5, 10], [0, 25, 52])
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [True, True, False]


# differences


def of_counts(first: tuple[int, int], second: tuple[int, int], confidence=0.95):
    """The difference of two plain shares, where every weight is 1."""
    hits, sizes = zip(first, second, strict=True)
    return difference(hits, sizes, sizes, confidence)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 1
        ((56, 70), (48, 80), (0.2, 0.0575, 0.3425)),
        ((9, 10), (3, 10), (0.6, 0.2605, 0.9395)),
    ],
)
def test_a_difference_in_a_worked_example(first, second, expected):
    found = tuple(round(float(one), 4) for one in of_counts(first, second))
    assert found == expected


def test_a_difference_of_weighted_answers_by_hand():
    # a: satisfied with weights 2 and 1, not with 1; b: with 3, not with 1 and 2
    value, lower, upper = difference((3, 3), (4, 6), (6, 14))
    assert value == Fraction(3, 4) - Fraction(3, 6)
    # effective sizes 16/6 and 36/14
    variance = Fraction(3, 4) * Fraction(1, 4) / Fraction(16, 6)
    variance += Fraction(1, 2) * Fraction(1, 2) / Fraction(36, 14)
    reach = 1.959963984540054 * float(variance) ** 0.5
    assert (lower, upper) == pytest.approx((0.25 - reach, 0.25 + reach), rel=1e-12)


@given(
    st.lists(st.floats(0.1, 10), min_size=4, max_size=20),
    st.floats(0.01, 100),
    st.data(),
)
def test_only_the_proportions_of_weights_matter(weights, factor, data):
    hits = [data.draw(st.booleans()) for _ in weights]
    half = len(weights) // 2
    sides = slice(half), slice(half, None)

    def sums(scale):
        scaled = [np.array(weights[side]) * scale for side in sides]
        won = [
            (own * hits[side]).sum() for own, side in zip(scaled, sides, strict=True)
        ]
        return won, [own.sum() for own in scaled], [(own**2).sum() for own in scaled]

    np.testing.assert_allclose(
        difference(*sums(factor)), difference(*sums(1)), rtol=1e-6, atol=1e-9
    )


def test_a_side_where_all_are_satisfied_adds_no_chance():
    value, lower, upper = of_counts((50, 50), (40, 50))
    reach = 1.959963984540054 * (0.8 * 0.2 / 50) ** 0.5
    assert (value, lower, upper) == pytest.approx((0.2, 0.2 - reach, 0.2 + reach))
    assert of_counts((50, 50), (30, 30)) == (0, 0, 0)


def test_a_side_without_answers_has_no_difference():
    assert all(isnan(one) for one in of_counts((0, 0), (3, 5)))


def test_differences_of_many_cells_at_once():
    hits, sizes = np.array([[56, 9], [48, 3]]), np.array([[70, 10], [80, 10]])
    _, lower, upper = difference(hits, sizes, sizes)
    np.testing.assert_allclose(lower, [0.0575, 0.2605], atol=5e-5)
    np.testing.assert_allclose(upper, [0.3425, 0.9395], atol=5e-5)


# weighted answers

WEIGHTS = st.lists(st.floats(0.1, 10), min_size=1, max_size=50)


def test_an_effective_number_in_a_worked_example():
    # weights 1, 1, 2: 16 / 6
    assert effective_n(4, 6) == pytest.approx(16 / 6)
    assert effective_n(4, 6, at_most=2) == 2
    assert np.isnan(effective_n([0], [0]))[0]


@given(WEIGHTS, st.floats(0.01, 100))
def test_unequal_weights_only_lower_the_number_of_answers(weights, factor):
    scaled = np.array(weights) * factor
    found = effective_n(scaled.sum(), (scaled**2).sum())
    assert 1 - 1e-9 <= found <= len(weights) + 1e-9
    equal = effective_n(factor * len(weights), factor**2 * len(weights))
    assert equal == pytest.approx(len(weights))


# places


def test_places_in_a_worked_example():
    lower, upper = [0.70, 0.60, 0.50, 0.10], [0.80, 0.72, 0.65, 0.20]
    first, last = rank_intervals(lower, upper)
    assert list(first) == [1, 1, 2, 4]
    assert list(last) == [2, 3, 3, 4]


def test_intervals_that_touch_leave_the_order_open():
    first, last = rank_intervals([0.5, 0.4], [0.6, 0.5])
    assert list(first) == [1, 1]
    assert list(last) == [2, 2]


def test_an_area_without_an_interval_has_no_place_and_takes_none():
    first, last = rank_intervals([0.7, np.nan, 0.1], [0.8, np.nan, 0.2])
    np.testing.assert_array_equal(first, [1, np.nan, 2])
    np.testing.assert_array_equal(last, [1, np.nan, 2])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.3)), min_size=1, max_size=32))
def test_every_place_lies_between_first_and_last(areas):
    middle, reach = np.transpose(areas)
    first, last = rank_intervals(middle - reach, middle + reach)
    place = stats.rankdata(-middle, method="min")
    assert (first <= place).all()
    assert (place <= last).all()
    assert first.min() == 1
    assert last.max() == len(areas)


def test_all_places_hold_at_once_as_often_as_promised():
    draw = np.random.default_rng(2004)
    true = np.linspace(0.6, 0.8, 32)
    places = 32 - np.arange(32)
    held = 0
    for _ in range(1000):
        hits = draw.binomial(400, true)
        first, last = rank_intervals(*wilson(hits, 400, of_each(32)))
        held += ((first <= places) & (places <= last)).all()
    assert held >= 950


def test_intervals_that_hold_at_once_are_wider():
    assert of_each(1) == 0.95
    assert of_each(32) ** 32 == pytest.approx(0.95)
