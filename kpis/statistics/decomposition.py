"""Why a figure of the whole has changed: its parts did otherwise, or weigh otherwise.

The force's figure may fall although no borough did worse, because more of the work now
lies where the figure has always been low. So the change between two periods is split,
exactly, into a rate part (what groups did themselves) and a mix part (how much of the
whole lies in each). It says where a change lies, never why.
"""

import numpy as np
import pandas as pd

from kpis import formatting
from kpis.errors import UserError

KINDS = ("proportion", "rate", "ratio", "mean")
COLUMNS = [
    "group", "before", "after", "share_before", "share_after", "mix", "rate", "total",
]  # fmt: skip
# Past the digits that a sum of floating-point numbers keeps.
NOTHING = 1e-12
MOST_NAMED = 3
_NO_SPLIT = {
    "median": "A median is taken from single values, and the medians of the parts do "
    "not add up to it.",
    "percentile": "A percentile is taken from single values, and the percentiles of "
    "the parts do not add up to it.",
    "difference": "A difference is made of two shares, and each of them has a mix of "
    "its own: split the two shares.",
    "sum": "A sum is not divided by anything: its parts are simply added up.",
}


def split(parts: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Split the change of a pooled ratio between two periods, group by group.

    `parts` has a row for each group: group, numerator_before, denominator_before,
    numerator_after, denominator_after; NaN or 0 where there is nothing. The groups make
    up the whole, those without a name among them. `kind` is the indicator's.

    Returns COLUMNS, the greatest absolute total first. With w the share of the whole
    denominator, r the group's own ratio, R the whole's, 0 before and 1 after:

        rate = (r1 - r0) (w0 + w1) / 2
        mix = (w1 - w0) ((r0 + r1) / 2 - (R0 + R1) / 2)

    and total = rate + mix; the totals add up to R1 - R0, to rounding. All are in the
    unit of the ratio. A group that is absent in one period has no rate part. One that
    has a numerator alone, in both periods (money of a place that takes no calls), has
    no mix part. `.attrs` has before, after, change, mix, rate (the sums) and warning:
    a sentence where most groups moved against the whole, or "".

    Raises UserError where the kind is not a pooled ratio, a period has no denominator,
    or a group has one side of the division alone in only one period.

    Source: Kitagawa, Journal of the American Statistical Association 50 (1955),
    1168-1194; the mix is measured from the whole's ratio, which moves nothing in the
    sum, so that a group's share gained counts by how it differs from the whole.
    """
    if kind not in KINDS:
        raise UserError(f"This change cannot be split into parts. {_NO_SPLIT[kind]}")
    n0, d0, n1, d1 = (
        parts[f"{side}_{time}"].to_numpy(dtype=float)
        for time in ("before", "after")
        for side in ("numerator", "denominator")
    )
    _refuse_one_side(parts["group"].to_numpy(), n0, d0, n1, d1)
    amounts = (np.nan_to_num(one) for one in (n0, d0, n1, d1))
    found, before, after = _split(parts["group"].to_numpy(), *amounts)
    found = found.sort_values(
        "total", key=np.abs, ascending=False, kind="stable", ignore_index=True
    )
    found.attrs = {
        "before": float(before),
        "after": float(after),
        "change": float(after - before),
        "mix": float(found["mix"].sum()),
        "rate": float(found["rate"].sum()),
    }
    found.attrs["warning"] = _warning(found)
    return found


def in_words(found: pd.DataFrame, unit: str, groups: str = "boroughs") -> str:
    """Say what a split found, for reading aloud: how far, by what, where the most.

    `found` comes from `split`, with groups named as people call them; `unit` is the
    indicator's, `groups` what the groups are.
    """
    of_whole = found.attrs
    before, after = (_level(of_whole[name], unit) for name in ("before", "after"))
    after = formatting.with_unit(after, unit)
    if _is_nothing(of_whole["change"], of_whole):
        first = f"It has not changed: {after}."
    else:
        way = "rose" if of_whole["change"] > 0 else "fell"
        by = _distance(of_whole["change"], unit)
        first = f"It {way} from {before} to {after}, by {by}."
    own = _moved(of_whole["rate"], unit, of_whole)
    places = _moved(of_whole["mix"], unit, of_whole)
    second = (
        f"What {groups} did themselves {own}; how much of the whole lies in each "
        f"{places}."
    )
    sentences = [first, second, _most(found, unit), of_whole["warning"]]
    return " ".join(one for one in sentences if one)


def signed(value: float, unit: str) -> str:
    """How far a part moved the whole, and which way: "+0.4 points"."""
    if abs(value) < NOTHING:
        return formatting.NO_FIGURE
    words = _distance(value, unit)
    return words if words.startswith("less") else f"{'+−'[value < 0]}{words}"


def _split(groups, n0, d0, n1, d1) -> tuple[pd.DataFrame, float, float]:
    """Return COLUMNS in the order of the groups, and the whole's two ratios."""
    before, after = n0.sum() / d0.sum(), n1.sum() / d1.sum()
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


def _refuse_one_side(groups, n0, d0, n1, d1) -> None:
    """Raise UserError where a period, or a group in one period, cannot be divided."""
    for period, denominators in (("before", d0), ("after", d1)):
        if np.nansum(denominators) == 0:
            raise UserError(
                f"This change cannot be split into parts: the period {period} has "
                "nothing to divide by. Choose a period that has a figure."
            )
    has_n0, has_d0, has_n1, has_d1 = (
        np.nan_to_num(one) != 0 for one in (n0, d0, n1, d1)
    )
    alone = (has_n0 & ~has_d0) | (has_n1 & ~has_d1)
    is_wrong = alone & (has_d0 | has_d1)
    is_wrong |= (has_d0 & np.isnan(n0)) | (has_d1 & np.isnan(n1))
    if is_wrong.any():
        named = ", ".join(str(group) for group in groups[is_wrong][:MOST_NAMED])
        raise UserError(
            "This change cannot be split into parts: in one of the two periods one "
            f"side of the division is missing for {named}. Choose periods in which "
            "each part has both."
        )


def _warning(found: pd.DataFrame) -> str:
    """Say that most groups moved against the whole, or nothing."""
    of_whole = found.attrs
    if _is_nothing(of_whole["change"], of_whole):
        return ""
    moved = (found["after"] - found["before"]).dropna()
    moved = moved.mask(_is_nothing(moved, of_whole), 0)
    rises = of_whole["change"] > 0
    against = int((moved < 0).sum() if rises else (moved > 0).sum())
    if against * 2 <= len(moved):
        return ""
    whole, parts = ("risen", "fallen") if rises else ("fallen", "risen")
    # the parts together moved as the whole did, or only their shares did
    is_by_few = of_whole["rate"] * of_whole["change"] > 0
    why = (
        "the few others moved further, or weigh more"
        if is_by_few
        else "more of the whole now lies where the figure is "
        + ("higher" if rises else "lower")
    )
    return (
        f"Take care: the whole has {whole}, but {against} of its {len(moved)} parts "
        f"have {parts}; {why}."
    )


def _is_nothing(value, of_whole: dict):
    """Whether a number, or each of a series, is what rounding leaves of nothing."""
    size = max(abs(of_whole["before"]), abs(of_whole["after"]))
    return abs(value) <= NOTHING * size


def _most(found: pd.DataFrame, unit: str) -> str:
    """Name the groups that moved the whole the most, in the way in which it went."""
    of_whole = found.attrs
    if _is_nothing(of_whole["change"], of_whole):
        return ""
    is_along = found["total"] * of_whole["change"] > 0
    is_along &= ~_is_nothing(found["total"], of_whole)
    along = found[is_along][:MOST_NAMED]
    named = [
        f"{one.group} ({_distance(one.total, unit)})" for one in along.itertuples()
    ]
    *others, last = named
    return f"Most of it: {', '.join(others)}{' and ' if others else ''}{last}."


def _moved(value: float, unit: str, of_whole: dict) -> str:
    if _is_nothing(value, of_whole):
        return "did not move it"
    return f"{'raised' if value > 0 else 'lowered'} it by {_distance(value, unit)}"


def _level(value: float, unit: str) -> str:
    if unit.startswith("percent"):
        return formatting.exact(round(value, 3), unit)
    return formatting.figure(value, unit)


def _distance(value: float, unit: str) -> str:
    """How far, without a sign; of a share in points with a decimal."""
    if not unit.startswith("percent"):
        return formatting.figure(abs(value), unit)
    if 0 < abs(value) < 0.0005:
        return "less than 0.1 points"
    points = formatting.exact(round(abs(value), 3), "points")
    return points.replace("points", "point") if round(abs(value), 3) == 0.01 else points
