"""Names of a chart's lines: on its right edge, and those of breaks above it.

No two lie over each other. What a line is called is decided here, never what it means.
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
ROW = 18
# letters of a name from a file
LONGEST_NAME = 36
# pixels between two names, and between a line and its name
GAP, ASIDE = 14, 5
PLOT_HEIGHT = SPC_HEIGHT - MARGIN["t"] - MARGIN["b"]


@dataclass(frozen=True)
class Above:
    """What stands above a plot: how many pixels it takes, lines and texts."""

    height: int
    shapes: list[dict]
    annotations: list[dict]


def above(
    marks: Iterable[Mark], starts: Sequence[date], scale: Scale, palette: Palette
) -> Above:
    """Name the breaks above the plot, each at the top of a line that leads to it.

    `starts` are the first days of the chart's periods. A unit that is too long for a
    mark of the axis stands below the names.
    """
    unit = unit_above(scale, palette)
    floor = 20 if unit else 0
    placed = _stacked(marks, starts)
    rows = max((row + 1 for *_, row in placed), default=0)
    return Above(
        floor + ROW * rows,
        [_pole(mark, floor + ROW * (row + 1), palette) for mark, _, row in placed],
        unit
        + [
            _flag(mark, aside, floor + ROW * row, palette)
            for mark, aside, row in placed
        ],
    )


def _stacked(
    marks: Iterable[Mark], starts: Sequence[date]
) -> list[tuple[Mark, float, int]]:
    """Return each mark with its name's distance from its line, and its row from 0.

    From the right: a name that would reach the next one, or its line, lies a row
    higher. Near the edge a name moves to the left, as far as it needs.
    """
    placed: list[tuple[float, int]] = []
    found = []
    for mark in sorted(marks, key=lambda one: one.start, reverse=True):
        place = LABELS_WIDTH * starts.index(mark.start) / max(len(starts) - 1, 1)
        width = LETTER_WIDTH * len(mark.name) + GAP
        left = min(place + ASIDE, LABELS_WIDTH + MARGIN["r"] - width)
        row = 1 + max((r for other, r in placed if other < left + width), default=-1)
        placed.append((left, row))
        found.append((mark, left - place, row))
    return found


def _pole(mark: Mark, height: float, palette: Palette) -> dict:
    """A thin line through the plot, up to its name; dashed where the day is open."""
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
    return {
        "name": "break",
        "x": f"{mark.start:%Y-%m-%d}",
        "xanchor": "left",
        "xshift": aside,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "yshift": height,
        "text": escape(mark.name),
        "hovertext": wrapped(mark.sentence),
        "showarrow": False,
        "borderpad": 0,
        "bgcolor": palette.ground,
        "font": {"size": SIZE, "color": palette.muted},
    }


def unit_above(scale: Scale, palette: Palette) -> list[dict]:
    """A unit that is too long for a mark of the axis, on top of it."""
    if not scale.above:
        return []
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "yshift": 8,
            "text": scale.above,
            "showarrow": False,
            "font": {"size": SIZE, "color": palette.muted},
        }
    ]


def beside(
    ends: Iterable[tuple[float, str]], low: float, high: float, palette: Palette
) -> list[dict]:
    """Names at the end of their lines, on the right edge; `ends` are values and names.

    `low` and `high` are the ends of the value axis.
    """
    named = sorted(ends, reverse=True)
    places = axes.spread([value for value, _ in named], 16 * (high - low) / PLOT_HEIGHT)
    return [
        {
            "xref": "paper",
            "x": 1,
            "xanchor": "left",
            "xshift": 8,
            "y": place,
            "text": text,
            "showarrow": False,
            "font": {"size": SIZE, "color": palette.muted},
        }
        for (_, text), place in zip(named, places, strict=True)
    ]


def line_ends(drawn: pd.DataFrame, kpi: Kpi) -> list[tuple[float, str]]:
    """Where each line that reaches the right edge ends, and its name there.

    Limits of a series that ended at a break do not: `earlier_limits` names them.
    """
    ends = []
    is_current = drawn["segment"].eq(drawn["segment"].iloc[-1])
    for row in drawn[drawn["mean"].notna() & is_current].tail(1).itertuples():
        for name, value in (
            ("upper limit", row.upper_limit),
            ("mean", row.mean),
            ("lower limit", row.lower_limit),
        ):
            ends.append((value, f"{name} {_figure(value, kpi)}"))
    last = drawn[drawn["value"].notna()].tail(1)
    if last["is_open"].any():
        ends.append((last["value"].iloc[0], formatting.missing("provisional")))
    return ends


def earlier_limits(drawn: pd.DataFrame, kpi: Kpi, palette: Palette) -> list[dict]:
    """Name the limits of each series that ended at a break, where they end."""
    has_ended = drawn["segment"].ne(drawn["segment"].iloc[-1])
    limited = drawn[has_ended & drawn["mean"].notna()]
    return [
        on_line(
            row.period_start,
            row.upper_limit,
            f"limits {_figure(row.lower_limit, kpi)} to "
            f"{_figure(row.upper_limit, kpi)}",
            palette,
        )
        for row in limited.groupby("segment").tail(1).itertuples()
    ]


def _figure(value: float, kpi: Kpi) -> str:
    return formatting.figure(value / SCALES[kpi.measure.unit].factor, kpi.measure.unit)


def of_target(target: Target, value: float, unit: str) -> str:
    """Name the line of a target, which lies at `value`; the axis says what it counts.

    What others have published and nobody here has adopted is called a standard.
    """
    name = "target" if target.is_adopted else "standard"
    return f"{name} {targets.without_unit(value, unit)}"


def on_line(start: date, value: float, text: str, palette: Palette) -> dict:
    """Put a name on top of the end of a line that ends inside the plot."""
    return {
        "x": f"{start:%Y-%m-%d}",
        "xanchor": "right",
        "y": value,
        "yanchor": "bottom",
        "text": text,
        "showarrow": False,
        "font": {"size": SIZE, "color": palette.muted},
    }


def wrapped(sentence: str, width: int = 44) -> str:
    """The sentence as Plotly text: escaped, and broken into short lines."""
    lines = [""]
    for word in escape(sentence).split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def short(name: str, longest: int = LONGEST_NAME) -> str:
    """A name from a file as Plotly text: escaped, and no longer than a label can be."""
    return escape(name if len(name) <= longest else f"{name[:longest]} …")
