"""Intervals against published values, exact sums and their own promises."""

import json
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.intervals import quantile_ranks, wilson

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "ci_phe.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", GOLDEN["wilson"], ids=lambda c: str(c["confidence"]))
def test_wilson_is_that_of_phe_indicator_methods(case):
    lower, upper = wilson(case["x"], case["n"], case["confidence"])
    np.testing.assert_allclose(lower, case["lower"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(upper, case["upper"], rtol=0, atol=1e-12)


def test_wilson_at_95_percent_in_a_worked_example():
    # Newcombe 1998, table I: 81 of 263, method 3.
    lower, upper = wilson(81, 263)
    assert (round(float(lower), 4), round(float(upper), 4)) == (0.2553, 0.3662)


def test_wilson_of_nothing_is_nothing():
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
# of at least 95 % for n values, and what they really hold.
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
def test_ranks_miss_on_either_side_as_rarely_as_promised_and_no_rarer(n, quantile):
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
