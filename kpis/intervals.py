"""Intervals: how far chance alone may have moved a proportion or a quantile."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, norm


def wilson(
    numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper score interval of a proportion, without continuity correction.

    Arrays of one shape in, arrays of that shape out, as natural proportions; NaN where
    the denominator is 0. The numerator may be fractional (weighted answers). Source:
    Wilson, Journal of the American Statistical Association 22 (1927), 209-212, in the
    form of Newcombe, Statistics in Medicine 17 (1998), 857-872, method 3.
    """
    x = np.asarray(numerator, dtype=float)
    n = np.asarray(denominator, dtype=float)
    n = np.where(n > 0, n, np.nan)
    z = norm.ppf(0.5 + confidence / 2)
    middle = 2 * x + z**2
    reach = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    lower = (middle - reach) / (2 * (n + z**2))
    upper = (middle + reach) / (2 * (n + z**2))
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def quantile_ranks(
    n: ArrayLike, quantile: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Ranks, from 1, of the two sorted values that enclose a quantile.

    Whatever the distribution of the n values, the interval between the values of these
    ranks, both included, holds the true quantile with at least this confidence, and
    misses it on either side with at most half of the rest. Arrays in, arrays out; NaN
    for both where n is too small for such ranks. Source: Conover, Practical
    Nonparametric Statistics (3rd edition, 1999), section 3.2; David and Nagaraja, Order
    Statistics (3rd edition, 2003), section 7.1.
    """
    size = np.asarray(n, dtype=float)
    tail = (1 - confidence) / 2
    lower = binom.ppf(tail, size, quantile)
    upper = binom.ppf(1 - tail, size, quantile) + 1
    exists = (lower >= 1) & (upper <= size)
    return np.where(exists, lower, np.nan), np.where(exists, upper, np.nan)
