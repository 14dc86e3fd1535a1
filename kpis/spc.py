"""XmR charts: the limits of one series, and the rule that each point breaks.

Follows NHSRplotthedots 0.2.2 (https://github.com/nhs-r-community/NHSRplotthedots)
point by point, its hazards included: a constant series has no limits, screening can
collapse the limits onto the mean, and limits come from as few as two points. What we
do about that is decided in `verdicts`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view


@dataclass(frozen=True)
class RuleSet:
    """Every number on which limits and rules depend, under a name and a version."""

    name: str
    version: str
    limit_factor: float
    near_limit_factor: float
    screening_factor: float
    shortest_baseline: int
    trend_points: int
    shift_points: int
    window_points: int
    near_points_in_window: int


# 2.66 is 3 / 1.128 and 3.267 is D4, both for ranges of two values (Nelson 1982).
RULE_SET = RuleSet(
    name="NHSRplotthedots",
    version="0.2.2",
    limit_factor=2.66,
    near_limit_factor=2 * 2.66 / 3,
    screening_factor=3.267,
    shortest_baseline=12,
    trend_points=7,
    shift_points=7,
    window_points=3,
    near_points_in_window=2,
)

# In order of precedence; each rule has a name for up and a name for down.
RULE_NAMES = {
    "outside": ("outside_high", "outside_low"),
    "trend": ("trend_up", "trend_down"),
    "two_of_three": ("two_of_three_high", "two_of_three_low"),
    "shift": ("shift_high", "shift_low"),
}
DIRECTIONS = {"": 0} | {
    name: direction
    for names in RULE_NAMES.values()
    for name, direction in zip(names, (1, -1), strict=True)
}


@dataclass(frozen=True)
class Limits:
    """Centre line and limits of one segment, in the units of the values."""

    mean: float
    lower: float
    upper: float
    lower_near: float
    upper_near: float


def xmr(
    values: Iterable[float],
    *,
    rebase_at: Sequence[int] = (),
    fix_after: int | None = None,
    screen: bool = True,
) -> pd.DataFrame:
    """Chart one series: a row per value with segment, mean, lower, upper and rule.

    `values` are in calendar order with NaN in the gaps; a gap has no rule and breaks
    every run. `rebase_at` lists the positions, from 0, at which a new segment begins;
    limits and rules never look across. `fix_after` takes limits from only that many
    first rows of each segment. `screen` drops extreme moving ranges once.

    `rule` is "" or one of `DIRECTIONS`. Raises ValueError for a position outside the
    series and for a baseline shorter than twelve rows.
    """
    series = pd.Series(values, dtype="float64").to_numpy()
    _check_arguments(len(series), rebase_at, fix_after)
    segments = np.split(series, sorted(set(rebase_at)))
    return pd.concat(
        [_chart(part, i, fix_after, screen) for i, part in enumerate(segments)],
        ignore_index=True,
    )


def _check_arguments(
    size: int, rebase_at: Sequence[int], fix_after: int | None
) -> None:
    unknown = [position for position in rebase_at if not 0 <= position < size]
    if unknown:
        raise ValueError(f"no value at {unknown} to rebase at: there are {size} values")
    if fix_after is not None and fix_after < RULE_SET.shortest_baseline:
        raise ValueError(
            f"a baseline of {fix_after} is too short: "
            f"it takes {RULE_SET.shortest_baseline} rows"
        )


def _chart(
    values: np.ndarray, segment: int, fix_after: int | None, screen: bool
) -> pd.DataFrame:
    limits = limits_of(values[:fix_after], screen)
    return pd.DataFrame(
        {
            "segment": segment,
            "mean": limits.mean,
            "lower": limits.lower,
            "upper": limits.upper,
            "rule": pd.Series(_rules(values, limits), dtype="str"),
        }
    )


def limits_of(baseline: np.ndarray, screen: bool) -> Limits:
    """Limits from the mean and the mean moving range of a baseline, never clipped."""
    mean = _mean(baseline)
    moving_range = _mean_moving_range(baseline, screen)
    reach = RULE_SET.limit_factor * moving_range
    near_reach = RULE_SET.near_limit_factor * moving_range
    return Limits(
        mean, mean - reach, mean + reach, mean - near_reach, mean + near_reach
    )


def _mean(values: np.ndarray) -> float:
    """Mean without the gaps; of equal values exactly that value."""
    present = values[~np.isnan(values)]
    if not len(present):
        return np.nan
    mean = fsum(present) / len(present)
    # A point that lies on the mean must not land beside it by rounding: it would
    # count for one side in the shift rule.
    return mean + fsum(present - mean) / len(present)


def _mean_moving_range(values: np.ndarray, screen: bool) -> float:
    ranges = np.abs(np.diff(values))
    mean = _mean(ranges)
    if not screen:
        return mean
    return _mean(ranges[ranges < RULE_SET.screening_factor * mean])


def _rules(values: np.ndarray, limits: Limits) -> np.ndarray:
    """Name of the first rule in order of precedence that flags each point."""
    beyond = outside(values, limits.lower, limits.upper)
    near = (beyond == 0) & (outside(values, limits.lower_near, limits.upper_near) != 0)
    side = np.sign(values - limits.mean)
    flags = {
        "outside": beyond,
        "trend": trend(values),
        "two_of_three": two_of_three(near, side),
        "shift": shift(side),
    }
    names = np.full(len(values), "", dtype=object)
    for rule, (up, down) in reversed(RULE_NAMES.items()):
        names[flags[rule] > 0] = up
        names[flags[rule] < 0] = down
    return names


def outside(values: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """1 above the upper limit, -1 below the lower, 0 between, on one, or no value."""
    return (values > upper).astype(int) - (values < lower).astype(int)


def trend(values: np.ndarray) -> np.ndarray:
    """1 for points of a run that rises at every step, -1 falls, 0 otherwise.

    A point whose next point is also in a run takes the direction of the step ahead of
    it, so that the peak between a rise and a fall belongs to the fall. As in the
    package, anything but a rising step then counts as falling.
    """
    behind = np.sign(np.diff(values, prepend=np.nan))
    ahead = np.sign(np.diff(values, append=np.nan))
    runs = _equal_windows(behind[1:], RULE_SET.trend_points - 1)
    in_run = _covered(runs, RULE_SET.trend_points, len(values))
    next_in_run = np.append(in_run, False)[1:]
    step = np.where(next_in_run, ahead, behind)
    return np.where(in_run, np.where(step > 0, 1, -1), 0)


def two_of_three(near: np.ndarray, side: np.ndarray) -> np.ndarray:
    """1 or -1, by side, for points near a limit in a window with enough of them.

    All points of the window lie on one side of the mean. Only its near points are
    flagged, and a point beyond the limits is not near.
    """
    width = RULE_SET.window_points
    enough = _windows(near, width).sum(axis=1) >= RULE_SET.near_points_in_window
    one_side = np.abs(_windows(side, width).sum(axis=1)) == width
    return np.where(near & _covered(enough & one_side, width, len(near)), side, 0)


def shift(side: np.ndarray) -> np.ndarray:
    """1 or -1, by side, for points of a long run on one side of the mean."""
    runs = _equal_windows(side, RULE_SET.shift_points)
    in_run = _covered(runs, RULE_SET.shift_points, len(side))
    return np.where(in_run, side, 0)


def _equal_windows(signs: np.ndarray, width: int) -> np.ndarray:
    """True for each window, by its first position, of equal and non-zero signs."""
    windows = _windows(signs, width)
    return (windows == windows[:, :1]).all(axis=1) & (windows[:, 0] != 0)


def _windows(values: np.ndarray, width: int) -> np.ndarray:
    if len(values) < width:
        return np.empty((0, width))
    return sliding_window_view(values, width)


def _covered(hits: np.ndarray, width: int, size: int) -> np.ndarray:
    """True for every position that lies in at least one window that hits."""
    covered = np.zeros(size, dtype=bool)
    for offset in range(width):
        covered[offset : offset + len(hits)] |= hits
    return covered
