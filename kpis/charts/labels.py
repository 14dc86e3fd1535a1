"""Labels of a chart: names of its lines on the right edge, names of breaks above it.

No two cover each other. What a line is called is decided here, never what it means.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import pandas as pd

from kpis import formatting
from kpis.charts import axes
from kpis.charts.axes import SCALES, Scale
from kpis.charts.theme import LABELS_WIDTH, LETTER_WIDTH, MARGIN, SPC_HEIGHT, Palette
from kpis.context import Mark, Target, targets
from kpis.definitions import Kpi

SIZE = 13
# in pixels
ROW = 18
# in letters, for a name from a file
LONGEST_NAME = 36
# in pixels, between two names, and between a line and its name
GAP, ASIDE = 14, 5
PLOT_HEIGHT = SPC_HEIGHT - MARGIN["t"] - MARGIN["b"]


@dataclass(frozen=True)
class Above:
    """What is drawn above a plot: its height in pixels, lines and texts."""

    height: int
    shapes: list[dict]
    annotations: list[dict]


def above(
    marks: Iterable[Mark], starts: Sequence[date], scale: Scale, palette: Palette
) -> Above:
    """Return the names of the breaks, each at the top of a line from the plot.

    `starts` are the first days of the chart's periods. A unit that is too long for a
    number of the axis stands below the names.
    """
    unit = unit_above(scale, palette)
    floor = 20 if unit else 0
    stacked = _stacked(marks, starts)
    rows = max((row + 1 for *_, row in stacked), default=0)
    return Above(
        floor + ROW * rows,
        [_pole(mark, floor + ROW * (row + 1), palette) for mark, _, row in stacked],
        unit
        + [
            _flag(mark, aside, floor + ROW * row, palette)
            for mark, aside, row in stacked
        ],
    )


def _stacked(
    marks: Iterable[Mark], starts: Sequence[date]
) -> list[tuple[Mark, float, int]]:
    """Return each mark with its name's distance from its line, and its row from 0.

    From the right: a name that would reach the next one, or its line, goes a row
    higher. Near the edge a name moves to the left, as far as it needs.
    """
    taken: list[tuple[float, int]] = []
    stacked = []
    for mark in sorted(marks, key=lambda each: each.start, reverse=True):
        place = LABELS_WIDTH * starts.index(mark.start) / max(len(starts) - 1, 1)
        width = LETTER_WIDTH * len(mark.name) + GAP
        left = min(place + ASIDE, LABELS_WIDTH + MARGIN["r"] - width)
        row = 1 + max((r for other, r in taken if other < left + width), default=-1)
        taken.append((left, row))
        stacked.append((mark, left - place, row))
    return stacked


def _pole(mark: Mark, height: float, palette: Palette) -> dict:
    """Return a thin line through the plot up to its name, dashed for an unknown day."""
    return {
        "type": "line",
        "name": "break",
        "x0": f"{mark.start:%Y-%m-%d}",
        "x1": f"{mark.start:%Y-%m-%d}",
        "yref": "paper",
        "y0": 0,
        "y1": 1 + height / PLOT_HEIGHT,
        "layer": "below",
        "line": {
            "color": palette.common,
            "width": 1,
            "dash": "solid" if mark.is_dated else "6px,4px",
        },
    }


def _flag(mark: Mark, aside: float, height: float, palette: Palette) -> dict:
    place = {
        "x": f"{mark.start:%Y-%m-%d}",
        "xanchor": "left",
        "xshift": aside,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "yshift": height,
    }
    return {
        **label(escape(mark.name), palette.muted, place),
        "name": "break",
        "hovertext": wrapped(mark.sentence),
        "borderpad": 0,
        "bgcolor": palette.ground,
    }


def label(text: str, colour: str, place: dict, size: int = SIZE) -> dict:
    """Return a text on a chart; `place` has Plotly's names for where it stands."""
    font = {"size": size, "color": colour}
    return {"text": text, "showarrow": False, "font": font, **place}


def unit_above(scale: Scale, palette: Palette) -> list[dict]:
    """Return a unit that is too long for a number of the axis, over its top."""
    if not scale.above:
        return []
    over_axis = {"xref": "paper", "x": 0, "xanchor": "left"}
    on_top = {"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 8}
    return [label(scale.above, palette.muted, over_axis | on_top)]


def at_right_edge(
    ends: Iterable[tuple[float, str]], low: float, high: float, palette: Palette
) -> list[dict]:
    """Return names at the ends of their lines; `ends` are values and names.

    `low` and `high` are the ends of the value axis.
    """
    named = sorted(ends, reverse=True)
    places = axes.spread([value for value, _ in named], 16 * (high - low) / PLOT_HEIGHT)
    at_edge = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8}
    return [
        label(name, palette.muted, {"y": place, **at_edge})
        for (_, name), place in zip(named, places, strict=True)
    ]


def line_ends(drawn: pd.DataFrame, kpi: Kpi) -> list[tuple[float, str]]:
    """Return where each line ends that reaches the right edge, and its name there.

    `earlier_limits` names those that end at a break.
    """
    ends = []
    is_current = drawn["segment"].eq(drawn["segment"].iloc[-1])
    limited = drawn[drawn["mean"].notna() & is_current]
    if len(limited):
        latest = limited.iloc[-1]
        for name, column in (
            ("upper limit", "upper_limit"),
            ("mean", "mean"),
            ("lower limit", "lower_limit"),
        ):
            ends.append((latest[column], f"{name} {_figure(latest[column], kpi)}"))
    last = drawn[drawn["value"].notna()].tail(1)
    if last["is_open"].any():
        ends.append((last["value"].iloc[0], formatting.of_state("provisional")))
    return ends


def earlier_limits(drawn: pd.DataFrame, kpi: Kpi, palette: Palette) -> list[dict]:
    """Return the names of limits that ended at a break, where they end."""
    has_ended = drawn["segment"].ne(drawn["segment"].iloc[-1])
    limited = drawn[has_ended & drawn["mean"].notna()]
    found = []
    for _, row in limited.groupby("segment").tail(1).iterrows():
        low, high = (_figure(row[end], kpi) for end in ("lower_limit", "upper_limit"))
        name = f"limits {low} to {high}"
        found.append(on_line(row["period_start"], row["upper_limit"], name, palette))
    return found


def _figure(value: float, kpi: Kpi) -> str:
    return formatting.figure(value / SCALES[kpi.measure.unit].factor, kpi.measure.unit)


def target_name(target: Target, value: float, unit: str) -> str:
    """Return the name of a target's line, which lies at `value`, without its unit.

    What others have published and no one here has adopted is called a standard.
    """
    name = "target" if target.is_adopted else "standard"
    return f"{name} {targets.without_unit(value, unit)}"


def on_line(start: date, value: float, text: str, palette: Palette) -> dict:
    """Return a name on top of the end of a line that ends inside the plot."""
    over_end = {"xanchor": "right", "yanchor": "bottom"}
    place = {"x": f"{start:%Y-%m-%d}", "y": value, **over_end}
    return label(text, palette.muted, place)


def wrapped(sentence: str, width: int = 44) -> str:
    """Return a sentence as Plotly text: escaped, and broken into short lines."""
    lines = [""]
    for word in escape(sentence).split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def short(name: str, longest: int = LONGEST_NAME) -> str:
    """Return a name from a file as Plotly text: escaped, and cut if it is too long."""
    return escape(name if len(name) <= longest else f"{name[:longest]} …")
