"""The change of a ratio, split into what its groups did and how much each weighs.

A whole may fall although no group did worse, because more of it now lies where the
ratio has always been low. So the change between two periods is split, exactly, into a
rate part (what groups did themselves) and a mix part (how much of the whole lies in
each). It says where a change lies, never why.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = [
    "group", "before", "after", "share_before", "share_after", "mix", "rate", "total",
]  # fmt: skip
# past the digits that a sum of floating-point numbers keeps
NOTHING = 1e-12


class NoDenominatorError(ValueError):
    """One of the two periods, `period`, has no denominator: "before" or "after"."""

    def __init__(self, period: str):
        super().__init__(f"no denominator in the period {period}")
        self.period = period


class OneSideMissingError(ValueError):
    """In one of the two periods, `groups` have one side of the division alone."""

    def __init__(self, groups: Sequence[str]):
        super().__init__(f"one side of the division is missing: {groups}")
        self.groups = groups


@dataclass(frozen=True)
class Split:
    """The parts of a change, in the unit of the ratio.

    `table` has COLUMNS, the greatest absolute total first; `before` and `after` are the
    ratios of the whole.
    """

    table: pd.DataFrame
    before: float
    after: float

    @property
    def change(self) -> float:
        """Return how far the whole moved."""
        return self.after - self.before

    @property
    def mix(self) -> float:
        """Return how far the shares of the groups moved the whole."""
        return float(self.table["mix"].sum())

    @property
    def rate(self) -> float:
        """Return how far the groups' own ratios moved the whole."""
        return float(self.table["rate"].sum())

    @property
    def negligible(self) -> float:
        """Return what rounding may leave of nothing: any less is no change."""
        return NOTHING * max(abs(self.before), abs(self.after))


def split(parts: pd.DataFrame) -> Split:
    """Split the change of a pooled ratio between two periods, group by group.

    `parts` has a row for each group: group, numerator_before, denominator_before,
    numerator_after, denominator_after; NaN or 0 where there is nothing. The groups make
    up the whole, those without a name among them.

    With w the share of the whole denominator, r the group's own ratio, R the whole's,
    0 before and 1 after:

        rate = (r1 - r0) (w0 + w1) / 2
        mix = (w1 - w0) ((r0 + r1) / 2 - (R0 + R1) / 2)

    and total = rate + mix; the totals add up to R1 - R0, to rounding. A group that is
    absent in one period has no rate part. One that has a numerator alone, in both
    periods (money of a place that takes no calls), has no mix part.

    Raises NoDenominatorError and OneSideMissingError.

    Source: Kitagawa, Journal of the American Statistical Association 50 (1955),
    1168-1194; the mix is measured from the whole's ratio, which moves nothing in the
    sum, so that a group's share gained counts by how it differs from the whole.
    """
    groups = parts["group"].to_numpy()
    n0, d0, n1, d1 = (
        parts[f"{side}_{time}"].to_numpy(dtype=float)
        for time in ("before", "after")
        for side in ("numerator", "denominator")
    )
    _refuse_one_side(groups, n0, d0, n1, d1)
    table, before, after = _split(
        groups, *(np.nan_to_num(amounts) for amounts in (n0, d0, n1, d1))
    )
    table = table.sort_values(
        "total", key=np.abs, ascending=False, kind="stable", ignore_index=True
    )
    return Split(table, before, after)


def _split(
    groups: np.ndarray, n0: np.ndarray, d0: np.ndarray, n1: np.ndarray, d1: np.ndarray
) -> tuple[pd.DataFrame, float, float]:
    """Return COLUMNS in the order of the groups, and the whole's two ratios."""
    before, after = float(n0.sum() / d0.sum()), float(n1.sum() / d1.sum())
    w0, w1 = d0 / d0.sum(), d1 / d1.sum()
    r0, r1 = _ratios(n0, d0), _ratios(n1, d1)
    # an absent group's ratio is taken as that of the other period: no rate part
    q0, q1 = np.where(d0 == 0, r1, r0), np.where(d1 == 0, r0, r1)
    own = (q1 - q0) * (w0 + w1) / 2
    mix = (w1 - w0) * ((q0 + q1) / 2 - (before + after) / 2)
    has_no_ratio = (d0 == 0) & (d1 == 0)
    rate = np.where(has_no_ratio, n1 / d1.sum() - n0 / d0.sum(), own)
    mix = np.where(has_no_ratio, 0, mix)
    columns = (groups, r0, r1, w0, w1, mix, rate, mix + rate)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))), before, after


def _ratios(numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    return numerators / np.where(denominators == 0, np.nan, denominators)


def _refuse_one_side(
    groups: np.ndarray, n0: np.ndarray, d0: np.ndarray, n1: np.ndarray, d1: np.ndarray
) -> None:
    """Raise an error where a period, or a group in one period, cannot be divided."""
    for period, denominators in (("before", d0), ("after", d1)):
        if np.nansum(denominators) == 0:
            raise NoDenominatorError(period)
    has_n0, has_d0, has_n1, has_d1 = (
        np.nan_to_num(amounts) != 0 for amounts in (n0, d0, n1, d1)
    )
    alone = (has_n0 & ~has_d0) | (has_n1 & ~has_d1)
    is_wrong = alone & (has_d0 | has_d1)
    is_wrong |= (has_d0 & np.isnan(n0)) | (has_d1 & np.isnan(n1))
    if is_wrong.any():
        raise OneSideMissingError([str(group) for group in groups[is_wrong]])
