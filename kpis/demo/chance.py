"""Draws from the distributions that the demo force is made of."""

import numpy as np

# Any distinct numbers do. Small boroughs are noisy at a tenth of the size: this one for
# incidents was picked so that the force everybody sees, seed 2004, has the published
# order of the extreme boroughs there too. The levels do not depend on it.
_STREAMS = {
    "force": 1, "shocks": 2, "calls": 3, "incidents": 11, "figures": 5, "visits": 12,
    "facilities": 13, "step_free": 14, "surveys": 15, "workforce": 16, "finance": 17,
    "patrol": 18, "hours_open": 19, "contacts": 20, "activity": 21,
}  # fmt: skip


def generator(seed: int, stream: str, number: int = 0) -> np.random.Generator:
    """Random numbers of one stream and month or year, independent of all others."""
    return np.random.default_rng([seed, _STREAMS[stream], number])


def log_normal(rng: np.random.Generator, shape: tuple, size: int) -> np.ndarray:
    """Durations with a median and a sigma, each one number or one for each draw."""
    median, sigma = shape
    return median * np.exp(sigma * rng.standard_normal(size))


def happens(rng: np.random.Generator, share: float | np.ndarray, size: int):
    """True with a probability, which is one number or one for each draw."""
    return rng.random(size) < share


def word(rng: np.random.Generator, shares: dict[str, float], size: int) -> np.ndarray:
    """Words with the given shares, which sum to 1."""
    return rng.choice(np.array(list(shares), object), size, p=list(shares.values()))


def multiplier(rng: np.random.Generator, shape: float, size) -> np.ndarray:
    """Gamma multipliers with mean 1: the greater the shape, the closer to it."""
    return rng.gamma(shape, 1 / shape, size)
