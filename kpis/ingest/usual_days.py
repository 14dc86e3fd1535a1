"""Which days of an export hold hardly a row, though its other days hold many.

The rows of an export say what is in it better than its name does. A day is compared
with the days around it: the same weekday, where the export is long enough to know it.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import pdtr

# A quarter of the usual: fewer rows than any holiday leaves, more than a stray row.
LEAST_SHARE = 0.25
# How likely a run of empty days may be by chance. At an edge one run is looked at, in
# between as many as there are days: a year of days gives a false one in 3,000 exports.
AT_EDGE, WITHIN = 1e-3, 1e-6
# Offices close on holidays: Easter and Christmas take at most four days and weekends.
HOLIDAY_DAYS = 4
NEAR_DAYS, NEAR_WEEKS = 15, 9
# fewer rows in all say nothing about single days: they may be of one event
LEAST_ROWS = 30
# with fewer than two rows a week, weeks without any are nothing unusual
LEAST_A_DAY = 0.25


class Run(NamedTuple):
    """Positions of the first and last day of a run."""

    first: int
    last: int


def empty_runs(counts: pd.Series, *, has_holidays: bool = False) -> list[Run]:
    """Return the runs of days that look empty, in order.

    `counts` has the rows of every day from first to last, indexed by day. With
    `has_holidays` a short run is a holiday and does not look empty.
    """
    seen = counts.to_numpy(dtype=float)
    if seen.sum() < LEAST_ROWS:
        return []
    expected = usual(counts)
    found = []
    for first, last in runs(seen < np.maximum(LEAST_SHARE * expected, 1e-9)):
        is_edge = first == 0 or last == len(seen) - 1
        chance = pdtr(
            seen[first : last + 1].sum(), max(expected[first : last + 1].sum(), 1e-9)
        )
        working = np.count_nonzero(expected[first : last + 1] >= 1)
        if has_holidays and working <= HOLIDAY_DAYS:
            continue
        if chance < (AT_EDGE if is_edge else WITHIN):
            found.append(Run(first, last))
    return found


def few(counts: pd.Series) -> list[Run]:
    """Return the runs of months, or years, of a return that hold hardly a row.

    A return has about as many rows each time, so chance plays no part.
    """
    seen = counts.to_numpy(dtype=float)
    return runs(seen < LEAST_SHARE * _middle(seen, seen))


def usual(counts: pd.Series) -> np.ndarray:
    """Return the rows that are usual for each day.

    The level is that of the days around, as most rows have them: single rows far away
    do not count. A day without rows among days that have none takes the nearest level.
    """
    around = counts.rolling(NEAR_DAYS, center=True, min_periods=1).mean()
    level = _middle(around.to_numpy(), counts.to_numpy(dtype=float))
    if level < LEAST_A_DAY:
        return np.zeros(len(counts))
    dense = counts.astype(float).where(around >= LEAST_SHARE * level)
    if dense.notna().sum() < 3 * 7:
        return np.full(len(counts), level)
    weekday = pd.DatetimeIndex(counts.index).day_of_week
    return dense.groupby(weekday).transform(_level_of_weekday).fillna(0).to_numpy()


def _level_of_weekday(dense: pd.Series) -> pd.Series:
    near = dense.rolling(NEAR_WEEKS, center=True, min_periods=1)
    middle, mean = near.median(), near.mean()
    # a source of few rows has more days without than with
    return middle.where(middle >= 1, mean).where(dense.notna()).ffill().bfill()


def _middle(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted median."""
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, running[-1] / 2)])


def runs(is_low: np.ndarray) -> list[Run]:
    """Return the runs of places at which something holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_low.astype(int), [0]])))
    return [
        Run(int(first), int(stop) - 1)
        for first, stop in zip(edges[::2], edges[1::2], strict=True)
    ]
