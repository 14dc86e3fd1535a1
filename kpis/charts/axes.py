"""Axes: how wide they are, which numbers they show, and their unit, said once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log10

import numpy as np
import pandas as pd

from kpis import formatting
from kpis.charts.theme import Palette

BARE_AXIS = {"showgrid": False, "zeroline": False, "fixedrange": True}


@dataclass(frozen=True)
class Scale:
    """How a natural value is drawn.

    It is multiplied by `factor`, and lies between `lowest` and `highest`. `before` and
    `after` surround the highest number of the axis; `above` stands over it.
    """

    factor: float = 1
    after: str = ""
    before: str = ""
    above: str = ""
    highest: float | None = None
    lowest: float = 0.0


SCALES = {
    "percent": Scale(100, " %", highest=100.0),
    "minutes": Scale(1 / 60, " min"),
    "seconds": Scale(after=" s"),
    "pounds": Scale(before="£"),
    "points": Scale(100, " points", highest=100.0, lowest=-100.0),
    "per 1,000 a year": Scale(above="per 1,000 a year"),
    "percent a year": Scale(100, above="% a year"),
    "days a year": Scale(above="days a year"),
    "calls": Scale(above="calls per incident"),
}


def value_axis(low: float, high: float, scale: Scale, palette: Palette) -> dict:
    """Return an axis of values, its unit said once."""
    marks = ticks(low, high)
    words = [tick(mark) for mark in marks]
    words[-1] = f"{scale.before}{words[-1]}{scale.after}"
    return {
        "range": [low, high],
        "tickvals": marks,
        "ticktext": words,
        "gridcolor": palette.hairline,
        "gridwidth": 1,
        "zeroline": bool(low < 0 < high),
        "zerolinecolor": palette.common,
        "zerolinewidth": 1,
        "fixedrange": True,
        "ticklabelstandoff": 8,
        "automargin": True,
    }


def ticked_axis(palette: Palette) -> dict:
    """Return an axis of cases or periods: a line with ticks, and no grid."""
    return {
        **BARE_AXIS,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": palette.hairline,
        "linecolor": palette.hairline,
        "showline": True,
    }


def title(words: str, palette: Palette) -> dict:
    """Return the title of an axis."""
    return {"text": words, "font": {"size": 13, "color": palette.muted}}


def value_range(
    drawn: pd.DataFrame, scale: Scale, widths: float = 2
) -> tuple[float, float]:
    """Return the ends of a series' value axis, so wide that chance looks small.

    The axis spans at least so many times the width of the limits, or of the intervals
    where there are no limits, and ends at the natural bounds of `scale`. With neither,
    or where everything is one value, it spans these bounds. A value beyond a bound,
    such as a month in which costs were paid back, is never cut off.
    """
    shown = drawn[drawn["value"].notna()]
    has_limits = drawn["upper_limit"].notna().any()
    names = ("lower_limit", "upper_limit") if has_limits else ("lower", "upper")
    bottom, top = (shown[name] for name in names)
    low = min(shown["value"].min(), bottom.min())
    high = max(shown["value"].max(), top.max())
    lowest = min(scale.lowest, shown["value"].min()) if len(shown) else scale.lowest
    if shown.empty or top.isna().all() or low == high:
        highest_shown = max(shown["value"].max(), 0) if len(shown) else 1.0
        return lowest, scale.highest or 1.2 * highest_shown or 1.0
    width = (top - bottom).max() if has_limits else top.max() - bottom.min()
    spare = max(widths * width - (high - low), 0.16 * (high - low)) / 2
    low, high = max(low - spare, lowest), high + spare or 1.0
    return low, min(high, scale.highest) if scale.highest else high


def value_ends(
    numbers: pd.DataFrame, scale: Scale, share: float, level: float | None = None
) -> tuple[float, float]:
    """Return the ends of an axis: all numbers and a level, with a share to spare.

    `numbers` has a column value; a unit with natural bounds is not drawn beyond them.
    """
    every = numbers.to_numpy(dtype=float)
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    if level is not None:
        low, high = min(low, level), max(high, level)
    spare = share * (high - low) or 1.0
    low = max(low - spare, min(scale.lowest, numbers["value"].min()))
    return low, min(high + spare, scale.highest) if scale.highest else high + spare


def with_room(
    ends: tuple[float, float], lines: Sequence[float], scale: Scale
) -> tuple[float, float]:
    """Return the ends of an axis, moved so far that lines beyond them are seen."""
    low, high = ends
    spare = 0.06 * (high - low)
    for value in lines:
        if value < low + spare:
            low = min(low, max(value - spare, min(value, scale.lowest)))
        if value > high - spare:
            high = max(high, min(value + spare, max(value, scale.highest or inf)))
    return low, high


def ticks(low: float, high: float) -> list[float]:
    """Return three to five round numbers between `low` and `high`."""
    magnitude = 10.0 ** floor(log10((high - low) / 5))
    found: list[float] = []
    # 4 is for the rare range in which 2 gives more than five and 5 fewer than three
    for digit in (1, 2, 5, 4, 10):
        step = magnitude * digit
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        found = [round(index * step, 10) for index in range(first, last + 1)]
        if 3 <= len(found) <= 5:
            break
    return found


def tick(mark: float) -> str:
    """Return a round number in words, with as many decimals as it has."""
    digits = f"{mark:.10f}".rstrip("0").partition(".")[2]
    return formatting.number(mark, len(digits))


def spread(places: Sequence[float], room: float) -> list[float]:
    """Move falling `places` apart from the middle one until each has `room`."""
    middle = len(places) // 2
    moved = list(places)
    for index in range(middle - 1, -1, -1):
        moved[index] = max(moved[index], moved[index + 1] + room)
    for index in range(middle + 1, len(moved)):
        moved[index] = min(moved[index], moved[index - 1] - room)
    return moved
