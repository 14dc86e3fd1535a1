"""Intervals: how far chance alone may have moved a figure, or its place in a table."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrik, betaincc, gammaincinv, ndtri, stdtrit


def wilson(
    numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the score interval of a proportion, without continuity correction.

    Arrays of one shape in, arrays of that shape out, as natural proportions; NaN where
    the denominator is 0. The numerator may be fractional (weighted answers). Source:
    Wilson, Journal of the American Statistical Association 22 (1927), 209-212, in the
    form of Newcombe, Statistics in Medicine 17 (1998), 857-872, method 3.
    """
    x = np.asarray(numerator, dtype=float)
    n = np.asarray(denominator, dtype=float)
    n = np.where(n > 0, n, np.nan)
    z = ndtri(0.5 + confidence / 2)
    middle = 2 * x + z**2
    reach = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    lower = (middle - reach) / (2 * (n + z**2))
    upper = (middle + reach) / (2 * (n + z**2))
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def effective_n(
    weights: ArrayLike, squared_weights: ArrayLike, at_most: ArrayLike = np.inf
) -> np.ndarray:
    """Return how many answers of equal weight say as much as weighted ones.

    `weights` is the sum of the weights and `squared_weights` that of their squares:
    the first squared over the second (Kish, Survey Sampling (1965), 11.7). A design
    effect that the survey publishes comes as `at_most`, answers / design effect; it
    includes the loss by unequal weights, so the smaller number counts. Arrays in,
    array out; NaN where there is no weight.
    """
    total = np.asarray(weights, dtype=float)
    squares = np.asarray(squared_weights, dtype=float)
    squares = np.where(squares > 0, squares, np.nan)
    return np.minimum(total**2 / squares, np.asarray(at_most, dtype=float))


def poisson_rate(
    count: ArrayLike, exposure: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact interval of a rate: events over what they arose from.

    Arrays of one shape in, arrays of that shape out, in events per unit of exposure;
    NaN where the exposure is 0. Source: Garwood, Biometrika 28 (1936), 437-442.
    """
    events = np.asarray(count, dtype=float)
    size = np.asarray(exposure, dtype=float)
    size = np.where(size > 0, size, np.nan)
    tail = (1 - confidence) / 2
    # no event has no lower tail
    lower = np.where(events > 0, gammaincinv(np.maximum(events, 1), tail), 0.0)
    upper = gammaincinv(events + 1, 1 - tail)
    return lower / size, upper / size


def mean(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of a mean, from n, the sum and the sum of squares.

    Arrays of one shape in, arrays of that shape out, in the unit of the values; NaN for
    fewer than two values. By Student's t (Biometrika 6 (1908), 1-25): for long-tailed
    waiting times it is an approximation that needs a large n.
    """
    size = np.asarray(n, dtype=float)
    size = np.where(size > 1, size, np.nan)
    centre = np.asarray(total, dtype=float) / size
    spread = np.asarray(squares, dtype=float) - size * centre**2
    deviation = np.sqrt(np.maximum(spread, 0) / (size - 1))
    reach = stdtrit(size - 1, 0.5 + confidence / 2) * deviation / np.sqrt(size)
    return centre - reach, centre + reach


def difference(
    numerators: ArrayLike,
    denominators: ArrayLike,
    squared_weights: ArrayLike,
    confidence: float = 0.95,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the difference of two weighted proportions, a minus b, and its interval.

    Each argument holds the sides a and b along its first axis: weighted hits, sum of
    weights, sum of squared weights. The variances are summed; each side counts as its
    `effective_n`. NaN where a side has no weight.
    """
    hits = np.asarray(numerators, dtype=float)
    weights = np.asarray(denominators, dtype=float)
    weights = np.where(weights > 0, weights, np.nan)
    effective = effective_n(weights, squared_weights)
    share = hits / weights
    reach = ndtri(0.5 + confidence / 2) * np.sqrt(
        np.sum(share * (1 - share) / effective, axis=0)
    )
    value = share[0] - share[1]
    return value, value - reach, value + reach


def quantile_ranks(
    n: ArrayLike, quantile: ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ranks, from 1, of the two sorted values that enclose a quantile.

    Whatever the distribution of the n values, the interval between the values of these
    ranks, both included, holds the true quantile with at least this confidence, and
    misses it on either side with at most half of the rest. Arrays in, arrays out; NaN
    for both where n is too small. Source: Conover, Practical Nonparametric Statistics
    (3rd edition, 1999), section 3.2; David and Nagaraja, Order Statistics (3rd edition,
    2003), section 7.1.
    """
    size = np.asarray(n, dtype=float)
    tail = (1 - confidence) / 2
    lower = _binomial_quantile(tail, size, quantile)
    upper = _binomial_quantile(1 - tail, size, quantile) + 1
    exists = (lower >= 1) & (upper <= size)
    return np.where(exists, lower, np.nan), np.where(exists, upper, np.nan)


def _binomial_quantile(
    probability: float, size: np.ndarray, chance: ArrayLike
) -> np.ndarray:
    """Return the least count of hits that is not exceeded with so much probability."""
    # scipy.stats.binom.ppf, whose package takes half a second to load
    count = np.ceil(bdtrik(probability, size, chance))
    below = np.maximum(count - 1, 0)
    is_enough = betaincc(below + 1, size - below, chance) >= probability
    return np.where(is_enough, below, count)


def of_each(count: int, confidence: float = 0.95) -> float:
    """Return the confidence of each of `count` intervals, so that all hold at once.

    Source: Šidák, Journal of the American Statistical Association 62 (1967), 626-633.
    """
    return confidence ** (1 / count)


def rank_intervals(lower: ArrayLike, upper: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last place that each area may have, 1 for the highest.

    `lower` and `upper` are the areas' intervals. Only an area whose whole interval
    lies above another's is surely placed before it; one without an interval has no
    place and takes none. If all intervals together hold with 95 % (`of_each`), so do
    all places together. Source: Klein, Wright and Wieczorek, Journal of the Royal
    Statistical Society C 69 (2020), 589-606.
    """
    low, high = (np.asarray(end, dtype=float) for end in (lower, upper))
    is_known = ~(np.isnan(low) | np.isnan(high))
    surely_before = (low[None, :] > high[:, None]).sum(axis=1)
    surely_behind = (high[None, :] < low[:, None]).sum(axis=1)
    first = 1 + surely_before
    last = np.count_nonzero(is_known) - surely_behind
    return np.where(is_known, first, np.nan), np.where(is_known, last, np.nan)
