"""What charts have in common: type and ground, axes, a level line, shaded squares."""

import pandas as pd

from kpis.charts import axes
from kpis.charts.axes import Scale
from kpis.charts.theme import FONT, Palette
from kpis.definitions import Kpi

BARE_AXIS = {"showgrid": False, "zeroline": False, "fixedrange": True}
# a chart that is clicked keeps its marks as they are
UNCHANGED = {
    "selected": {"marker": {"opacity": 1}},
    "unselected": {"marker": {"opacity": 1}},
}


def base_layout(palette: Palette) -> dict:
    """Return what every chart has: type, ground, how it answers a pointer."""
    return {
        "font": {"family": FONT, "size": 14, "color": palette.muted},
        "paper_bgcolor": palette.ground,
        "plot_bgcolor": palette.ground,
        "showlegend": False,
        "dragmode": False,
        "clickmode": "event+select",
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": palette.ground,
            "bordercolor": palette.common,
            "font": {"family": FONT, "size": 14, "color": palette.ink},
            "align": "left",
        },
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


def value_axis(low: float, high: float, scale: Scale, palette: Palette) -> dict:
    """Return an axis of values, its unit said once."""
    marks = axes.ticks(low, high)
    words = [axes.tick(mark) for mark in marks]
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


def value_ends(
    numbers: pd.DataFrame, scale: Scale, share: float, level: float | None = None
) -> tuple[float, float]:
    """Return the ends of an axis: all numbers and a level, with a share to spare.

    `numbers` has a column value; a unit with natural bounds is not drawn beyond them.
    """
    low, high = numbers.min(axis=None), numbers.max(axis=None)
    if level is not None:
        low, high = min(low, level), max(high, level)
    spare = share * (high - low) or 1.0
    low = max(low - spare, min(scale.lowest, numbers["value"].min()))
    return low, min(high + spare, scale.highest) if scale.highest else high + spare


def level_line(value: float, palette: Palette) -> dict:
    """Return the dotted line of the whole, across the plot."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": palette.muted, "width": 1, "dash": "dot"},
    }


def squares(
    rows: list[list[float | None]], kpi: Kpi, palette: Palette, gap: int
) -> dict:
    """Return a grid of shades, the stronger the worse, or the higher; None is empty."""
    return {
        "type": "heatmap",
        "z": rows,
        "colorscale": [[0, palette.hairline], [1, palette.common]],
        "reversescale": kpi.judging.better == "higher",
        "showscale": False,
        "xgap": gap,
        "ygap": gap,
        "hoverongaps": False,
    }
