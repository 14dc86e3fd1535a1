"""Intervals: how far chance alone may have moved a proportion or a quantile."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, chi2, norm, t


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


def poisson_rate(
    count: ArrayLike, exposure: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper exact interval of a rate: events over what they arose from.

    Arrays of one shape in, arrays of that shape out, in events per unit of exposure;
    NaN where the exposure is 0. Source: Garwood, Biometrika 28 (1936), 437-442.
    """
    events = np.asarray(count, dtype=float)
    size = np.asarray(exposure, dtype=float)
    size = np.where(size > 0, size, np.nan)
    tail = (1 - confidence) / 2
    # no event has no lower tail: 0 degrees of freedom
    lower = np.where(events > 0, chi2.ppf(tail, 2 * np.maximum(events, 1)) / 2, 0.0)
    upper = chi2.ppf(1 - tail, 2 * events + 2) / 2
    return lower / size, upper / size


def mean(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper interval of a mean, from n, the sum and the sum of squares.

    Arrays of one shape in, arrays of that shape out, in the unit of the values; NaN for
    fewer than two values. By Student's t (Biometrika 6 (1908), 1-25): for long-tailed
    waiting times it is an approximation that needs a large n.
    """
    size = np.asarray(n, dtype=float)
    size = np.where(size > 1, size, np.nan)
    centre = np.asarray(total, dtype=float) / size
    spread = np.asarray(squares, dtype=float) - size * centre**2
    deviation = np.sqrt(np.maximum(spread, 0) / (size - 1))
    reach = t.ppf(0.5 + confidence / 2, size - 1) * deviation / np.sqrt(size)
    return centre - reach, centre + reach


def difference(
    numerators: ArrayLike,
    denominators: ArrayLike,
    squared_weights: ArrayLike,
    confidence: float = 0.95,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Difference of two weighted proportions, the first minus the second, and interval.

    Each argument holds the two sides along its first axis: weighted hits, sum of
    weights, sum of squared weights. The variances are summed; each side counts as its
    effective sample size, (sum of weights)^2 / (sum of squared weights) (Kish, Survey
    Sampling (1965), 11.7). NaN where a side has no weight.
    """
    hits = np.asarray(numerators, dtype=float)
    weights = np.asarray(denominators, dtype=float)
    weights = np.where(weights > 0, weights, np.nan)
    effective = weights**2 / np.asarray(squared_weights, dtype=float)
    share = hits / weights
    reach = norm.ppf(0.5 + confidence / 2) * np.sqrt(
        np.sum(share * (1 - share) / effective, axis=0)
    )
    value = share[0] - share[1]
    return value, value - reach, value + reach


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
