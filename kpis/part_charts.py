"""The parts of a figure as a picture: a dot and its interval for each member."""

import pandas as pd

from kpis import axes, figures
from kpis.axes import SCALES
from kpis.charts import base_layout, value_axis
from kpis.labels import unit_above
from kpis.look import PALETTES, Palette
from kpis.registry import Kpi

MARGIN = {"l": 56, "r": 24, "t": 24, "b": 64}
HEIGHT = 300
WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
NOT_STATED = "not stated"


def named(found: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Return `breakdown.by_dimension` with its members in words, in natural order."""
    is_ordered = dimension in ("hour", "weekday")
    order = found["member"].replace("", "99").astype(int) if is_ordered else None
    rows = found.assign(order=order if is_ordered else found["member"])
    rows = rows.sort_values("order", ignore_index=True)
    return rows.assign(name=[member(one, dimension) for one in rows["member"]])


def member(value: str, dimension: str) -> str:
    """Name a member of a dimension: "Monday", "alarm company"."""
    if not value:
        return NOT_STATED
    if dimension == "weekday":
        return WEEKDAYS[int(value) - 1]
    return value if dimension == "hour" else value.replace("_", " ")


def parts_figure(found: pd.DataFrame, kpi: Kpi, whole: float, theme: str) -> dict:
    """Return `named` parts as dots with their 95 % intervals, a dict for Plotly.

    `whole` is the figure of all of them, a dotted line. Members that the figure leaves
    out are hollow.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.unit]
    drawn = found[found["value"].notna()].reset_index(drop=True)
    numbers = drawn[["value", "lower", "upper"]].astype(float) * scale.factor
    level = whole * scale.factor
    low, high = _ends(numbers, level, scale)
    return {
        "data": [_dots(drawn, numbers, kpi, palette)],
        "layout": {
            **base_layout(palette),
            "height": HEIGHT,
            "margin": MARGIN,
            "xaxis": {
                "tickvals": list(range(len(drawn))),
                "ticktext": drawn["name"].tolist(),
                "range": [-0.6, len(drawn) - 0.4],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "linecolor": palette.hairline,
                "showline": True,
            },
            "yaxis": value_axis(low, high, scale, palette),
            "annotations": unit_above(scale, palette),
            "shapes": [
                {
                    "type": "line", "xref": "paper", "x0": 0, "x1": 1,
                    "y0": level, "y1": level,
                    "line": {"color": palette.muted, "width": 1, "dash": "dot"},
                }
            ],
        },
    }  # fmt: skip


def _ends(
    numbers: pd.DataFrame, level: float, scale: axes.Scale
) -> tuple[float, float]:
    low = min(numbers.min(axis=None), level)
    high = max(numbers.max(axis=None), level)
    spare = 0.08 * (high - low) or 1.0
    low = max(low - spare, min(scale.lowest, numbers["value"].min()))
    return low, min(high + spare, scale.highest) if scale.highest else high + spare


def _dots(
    drawn: pd.DataFrame, numbers: pd.DataFrame, kpi: Kpi, palette: Palette
) -> dict:
    return {
        "type": "scatter",
        "name": "parts",
        "mode": "markers",
        "x": list(range(len(drawn))),
        "y": numbers["value"].tolist(),
        "cliponaxis": False,
        "marker": {
            "size": 10,
            "color": [
                palette.ground if left_out else palette.ink
                for left_out in drawn["is_left_out"]
            ],
            "line": {"color": palette.ink, "width": 1.6},
        },
        "error_y": {
            "array": _known(numbers["upper"] - numbers["value"]),
            "arrayminus": _known(numbers["value"] - numbers["lower"]),
            "color": palette.common,
            "thickness": 1.4,
            "width": 4,
        },
        "text": [_hover(row, kpi) for _, row in drawn.iterrows()],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _known(reach: pd.Series) -> list[float]:
    return reach.fillna(0).tolist()


def _hover(row: pd.Series, kpi: Kpi) -> str:
    value = figures.figure(row["value"], kpi.unit, figures.cases(kpi.counts, row["n"]))
    lines = [f"<b>{row['name']}</b>", f"{value} {figures.left_out(kpi.unit)}".strip()]
    if pd.notna(row["lower"]):
        ends = figures.between(row["lower"], row["upper"], kpi.unit)
        lines.append(f"95 % interval {ends}")
    lines.append(f"n {figures.count(row['n'])}")
    if row["is_left_out"]:
        lines.append("not part of the figure")
    return "<br>".join(lines)
