"""Control charts: the limits of one series, and the rule that each point breaks.

XmR follows NHSRplotthedots 0.2.2 (https://github.com/nhs-r-community/NHSRplotthedots)
and P' follows qicharts2 0.8.1 (https://github.com/anhoej/qicharts2), point by point,
their hazards included: a constant series has no limits, screening can collapse the
limits onto the mean, and limits come from as few as two points. `spc_judgement` decides
what we do about that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

import numpy as np
import pandas as pd


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

# of a P' chart, whose peer does not round 3 / 1.128
RANGES_PER_DEVIATION = 1.128
DEVIATIONS, NEAR_DEVIATIONS = 3, 2

# in order of precedence; each rule has a name for up and a name for down
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
    """Mean and limits of one segment, in the units of the values.

    Limits are numbers. Where they follow the cases behind each point (P') they are
    arrays with a number for each, NaN where there are no cases.
    """

    mean: float
    lower: float | np.ndarray
    upper: float | np.ndarray
    lower_near: float | np.ndarray
    upper_near: float | np.ndarray


class PPrime(NamedTuple):
    """What a P' chart draws of one segment.

    `sigma_z` is how much more the shares vary than their cases alone make them.
    """

    shares: np.ndarray
    limits: Limits
    sigma_z: float


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
    series = _array(values)
    if fix_after is not None and fix_after < RULE_SET.shortest_baseline:
        raise ValueError(
            f"a baseline of {fix_after} is too short: "
            f"it takes {RULE_SET.shortest_baseline} rows"
        )
    charts = []
    for places in segments(len(series), rebase_at):
        own = series[places]
        limits = limits_of(own[:fix_after], screen)
        charts.append((limits, rules(own, limits)))
    return _frame(charts)


def p_prime(
    numerators: Iterable[float],
    denominators: Iterable[float],
    *,
    rebase_at: Sequence[int] = (),
    fix_after: int | None = None,
    exclude: Sequence[int] = (),
    screen: bool = True,
    floor: bool = True,
) -> pd.DataFrame:
    """Chart one series of proportions by Laney's P', with the columns of `xmr`.

    Limits follow the cases behind each point and how much more the points vary than
    cases alone would make them; they end at 0 and 1. `rebase_at`, `fix_after` and
    `screen` are as in `xmr`, but a baseline may be of any length. `exclude` lists
    positions, from 0, that take no part in limits and in runs; they can still lie
    outside. `floor` keeps sigma z, the ratio of both variations, at 1 or more: below 1
    it would make the limits narrower than chance allows. A row without cases has no
    limits; without cases or numerator it is a gap.

    Raises ValueError for positions outside the series. Source: Laney, Quality
    Engineering 14 (2002), 531-537.
    """
    hits, sizes = _array(numerators), _array(denominators)
    is_included = np.ones(len(sizes), dtype=bool)
    is_included[checked(exclude, len(sizes), "exclude")] = False
    charts = []
    for places in segments(len(sizes), rebase_at):
        is_base = is_included[places].copy()
        is_base[fix_after if fix_after is not None else len(is_base) :] = False
        shares, limits, _ = p_prime_limits(
            hits[places], sizes[places], is_base, screen=screen, floor=floor
        )
        names = _rules_without(shares, limits, is_included[places])
        charts.append((limits, names))
    frame = _frame(charts)
    frame["lower"] = frame["lower"].clip(lower=0)
    frame["upper"] = frame["upper"].clip(upper=1)
    return frame


def assurance(
    target: float | None, lower: float, upper: float, better: str
) -> str | None:
    """Return what the limits of a series promise about its target.

    "pass" where the target lies outside the limits on the side that is always reached,
    "fail" on the side that never is, "hit_or_miss" between the limits or without any.
    None without a target and where no direction is better. For "nearer_zero" the target
    is how far from zero is still good, on either side.
    """
    if target is None or np.isnan(target) or better == "neither":
        return None
    if better == "nearer_zero":
        is_kept = -target < lower and upper < target
        is_missed = lower > target or upper < -target
    else:
        is_above, is_below = bool(target > upper), bool(target < lower)
        is_kept = is_below if better == "higher" else is_above
        is_missed = is_above if better == "higher" else is_below
    if is_kept:
        return "pass"
    return "fail" if is_missed else "hit_or_miss"


def segments(size: int, rebase_at: Sequence[int]) -> list[np.ndarray]:
    """Cut positions 0 to `size` where a new segment begins; refuse unknown ones."""
    return np.split(np.arange(size), sorted(set(checked(rebase_at, size, "rebase at"))))


def checked(positions: Sequence[int], size: int, purpose: str) -> list[int]:
    """Return positions as a list; ValueError for one outside the series."""
    unknown = [position for position in positions if not 0 <= position < size]
    if unknown:
        raise ValueError(f"no value at {unknown} to {purpose}: there are {size} values")
    return list(positions)


def _array(values: Iterable[float]) -> np.ndarray:
    return pd.Series(values, dtype="float64").to_numpy()


def _frame(charts: list[tuple[Limits, np.ndarray]]) -> pd.DataFrame:
    sizes = [len(names) for _, names in charts]

    def spread(numbers: Iterable) -> np.ndarray:
        filled = zip(numbers, sizes, strict=True)
        return np.concatenate(
            [np.broadcast_to(number, size) for number, size in filled]
        )

    return pd.DataFrame(
        {
            "segment": spread(range(len(charts))),
            "mean": spread(limits.mean for limits, _ in charts),
            "lower": spread(limits.lower for limits, _ in charts),
            "upper": spread(limits.upper for limits, _ in charts),
            "rule": pd.Series(
                np.concatenate([names for _, names in charts]), dtype="str"
            ),
        }
    )


def limits_of(baseline: np.ndarray, screen: bool) -> Limits:
    """Return XmR limits from a baseline's mean and mean moving range, not clipped."""
    mean = _mean(baseline)
    moving_range = _mean_moving_range(baseline, screen)
    reach = RULE_SET.limit_factor * moving_range
    near_reach = RULE_SET.near_limit_factor * moving_range
    return Limits(
        mean, mean - reach, mean + reach, mean - near_reach, mean + near_reach
    )


def p_prime_limits(
    hits: np.ndarray,
    sizes: np.ndarray,
    is_base: np.ndarray,
    *,
    screen: bool = True,
    floor: bool = True,
) -> PPrime:
    """Return the shares of one segment, its P' limits, not clipped, and sigma z.

    `is_base` marks the points of the baseline. Ranges are taken between neighbours
    among these: a point left out is bridged, a gap is not.
    """
    known_sizes = np.where(sizes > 0, sizes, np.nan)
    shares = hits / known_sizes
    is_counted = is_base & ~np.isnan(shares)
    total = sizes[is_counted].sum()
    mean = hits[is_counted].sum() / total if total else np.nan
    # weighted shares that are equal differ in the last digit; that is no side
    shares = np.where(np.abs(shares - mean) <= 1e-12 * mean, mean, shares)
    deviations = np.sqrt(max(mean * (1 - mean), 0.0) / known_sizes)
    with np.errstate(invalid="ignore"):
        scores = (shares - mean) / deviations
    sigma_z = _mean_moving_range(scores[is_base], screen) / RANGES_PER_DEVIATION
    if floor:
        sigma_z = np.fmax(sigma_z, 1.0)
    reach, near_reach = (
        count * sigma_z * deviations for count in (DEVIATIONS, NEAR_DEVIATIONS)
    )
    limits = Limits(
        mean, mean - reach, mean + reach, mean - near_reach, mean + near_reach
    )
    return PPrime(shares, limits, float(sigma_z))


def _mean(values: np.ndarray) -> float:
    """Return the mean without the gaps; of equal values exactly that value."""
    present = values[~np.isnan(values)]
    if not len(present):
        return np.nan
    mean = fsum(present) / len(present)
    # rounding must not put a point that is on the mean on one side of it, where it
    # would count in the shift rule
    return mean + fsum(present - mean) / len(present)


def _mean_moving_range(values: np.ndarray, screen: bool) -> float:
    ranges = np.abs(np.diff(values))
    mean = _mean(ranges)
    if not screen:
        return mean
    return _mean(ranges[ranges < RULE_SET.screening_factor * mean])


def rules(values: np.ndarray, limits: Limits) -> np.ndarray:
    """Return, for each point, the first rule in order of precedence that flags it."""
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


def _rules_without(
    values: np.ndarray, limits: Limits, is_included: np.ndarray
) -> np.ndarray:
    """Return the rules as if points left out were not there; these can lie outside."""
    ends = (limits.lower, limits.upper, limits.lower_near, limits.upper_near)
    names = np.full(len(values), "", dtype=object)
    left_out = outside(values, limits.lower, limits.upper)
    for direction, name in zip((1, -1), RULE_NAMES["outside"], strict=True):
        names[left_out == direction] = name
    kept = Limits(
        limits.mean, *(np.broadcast_to(end, len(values))[is_included] for end in ends)
    )
    names[is_included] = rules(values[is_included], kept)
    return names


def outside(
    values: np.ndarray, lower: float | np.ndarray, upper: float | np.ndarray
) -> np.ndarray:
    """Return 1 above the upper limit, -1 below the lower, else 0, also for no value."""
    return (values > upper).astype(int) - (values < lower).astype(int)


def trend(values: np.ndarray) -> np.ndarray:
    """Return 1 for points of a run that rises at every step, -1 if it falls, else 0.

    A point whose next point is also in a run takes the direction of the step ahead of
    it, so that the peak between a rise and a fall belongs to the fall. As in the
    package, anything but a rising step then counts as falling.
    """
    steps = np.sign(np.diff(values))
    is_long = _in_run(steps, RULE_SET.trend_points - 1)
    in_run = np.append(is_long, False)[: len(values)]
    in_run[1:] |= is_long
    behind, ahead = np.append(np.nan, steps), np.append(steps, np.nan)
    next_in_run = np.append(in_run, False)[1:]
    step = np.where(next_in_run, ahead[: len(values)], behind[: len(values)])
    return np.where(in_run, np.where(step > 0, 1, -1), 0)


def two_of_three(near: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Return 1 or -1, by side, for points near a limit in a window with enough of them.

    All points of the window lie on one side of the mean. Only its near points are
    flagged, and a point beyond the limits is not near.
    """
    width = RULE_SET.window_points
    if len(near) < width:
        return np.zeros(len(near))
    enough = _sums(near.astype(int), width) >= RULE_SET.near_points_in_window
    hits = enough & (np.abs(_sums(side, width)) == width)
    covered = np.zeros(len(near), dtype=bool)
    for offset in range(width):
        covered[offset : offset + len(hits)] |= hits
    return np.where(near & covered, side, 0)


def _sums(values: np.ndarray, width: int) -> np.ndarray:
    """Return the sums of neighbouring values, by the first of their places."""
    last = len(values) - width + 1
    return np.sum([values[place : last + place] for place in range(width)], axis=0)


def shift(side: np.ndarray) -> np.ndarray:
    """Return 1 or -1, by side, for points of a long run on one side of the mean."""
    return np.where(_in_run(side, RULE_SET.shift_points), side, 0)


def _in_run(signs: np.ndarray, shortest: int) -> np.ndarray:
    """Return True for each place in a run of equal signs, not 0, that is long enough.

    A missing sign equals nothing, not even itself, so it breaks every run.
    """
    begins = np.flatnonzero(np.append(True, signs[1:] != signs[:-1]))
    lengths = np.diff(np.append(begins, len(signs)))
    return np.repeat(lengths >= shortest, lengths) & (signs != 0)
