"""How long things take, and what 95 of 100 stay below."""

import math
import time
from collections.abc import Callable, Sequence


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def p95(numbers: Sequence[float]) -> float:
    """Return the smallest of the numbers that 95 % of them do not exceed."""
    return sorted(numbers)[math.ceil(0.95 * len(numbers)) - 1]
