"""The parts of a figure: a dot with its interval for each member, a week of hours."""

import pandas as pd

from kpis import formatting
from kpis.analysis import members
from kpis.charts import axes, canvas
from kpis.charts.axes import SCALES
from kpis.charts.labels import short, unit_above
from kpis.charts.theme import PALETTES, Palette
from kpis.definitions import Kpi

WEEK_MARGIN = {"l": 88, "r": 24, "t": 8, "b": 48}
MARGIN = {"l": 56, "r": 24, "t": 24, "b": 64}
HEIGHT = 300
# share of the value axis, beyond all parts and their intervals
SPARE = 0.08
HOUR_AXIS = {
    **axes.BARE_AXIS,
    "tickvals": list(range(0, 24, 2)),
    "ticktext": [f"{hour}:00" for hour in range(0, 24, 2)],
}


def parts_figure(parts: pd.DataFrame, kpi: Kpi, whole: float, theme: str) -> dict:
    """Return `members.named` parts as dots with 95 % intervals, a dict for Plotly.

    `whole` is the figure of all of them, a dotted line. Members that the figure leaves
    out are hollow.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.measure.unit]
    drawn = parts[parts["value"].notna()].reset_index(drop=True)
    numbers = drawn[["value", "lower", "upper"]].astype(float) * scale.factor
    level = whole * scale.factor
    low, high = axes.value_ends(numbers, scale, SPARE, level)
    return {
        "data": [_dots(drawn, numbers, kpi, palette)],
        "layout": {
            **canvas.base_layout(palette),
            "height": HEIGHT,
            "margin": MARGIN,
            "xaxis": {
                "tickvals": list(range(len(drawn))),
                "ticktext": [short(name) for name in drawn["name"]],
                "range": [-0.6, len(drawn) - 0.4],
                **axes.BARE_AXIS,
                "linecolor": palette.hairline,
                "showline": True,
            },
            "yaxis": axes.value_axis(low, high, scale, palette),
            "annotations": unit_above(scale, palette),
            "shapes": [canvas.level_line(level, palette)],
        },
    }


def week_figure(hours: pd.DataFrame, kpi: Kpi, theme: str) -> dict:
    """Return `breakdown.by_hour_of_week` as a week of hours, a dict for Plotly.

    A stronger shade is worse (or higher, where neither is worse). An hour shows its
    number only if it surely differs; hours with too few cases are empty.
    """
    palette, factor = PALETTES[theme], SCALES[kpi.measure.unit].factor
    squares = [row for _, row in _every_hour(hours).iterrows()]
    has_value = [pd.notna(row["value"]) for row in squares]
    shades = [
        float(row["value"]) * factor if known else None
        for row, known in zip(squares, has_value, strict=True)
    ]
    numbers = [
        formatting.number(row["value"] * factor, 0) if row["differs"] is True else ""
        for row in squares
    ]
    hovers = [
        _hour_hover(row, kpi) if known else ""
        for row, known in zip(squares, has_value, strict=True)
    ]
    return {
        "data": [
            {
                **canvas.squares(_by_day(shades), kpi, palette, gap=2),
                "x": list(range(24)),
                "y": list(members.WEEKDAYS),
                "text": _by_day(numbers),
                "texttemplate": "%{text}",
                "textfont": {"size": 13, "color": palette.ink},
                "customdata": _by_day(hovers),
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": HEIGHT,
            "margin": WEEK_MARGIN,
            "xaxis": HOUR_AXIS,
            "yaxis": {**axes.BARE_AXIS, "autorange": "reversed"},
        },
    }


def _every_hour(hours: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each hour of the week; without enough cases it is empty."""
    known = hours[hours["is_enough"]].set_index(["weekday", "hour"])
    week = pd.MultiIndex.from_product([range(1, 8), range(24)])
    every = known.reindex(week).astype(object)
    return every.reset_index(names=["weekday", "hour"])


def _by_day(values: list) -> list[list]:
    return [values[24 * day : 24 * day + 24] for day in range(7)]


def _hour_hover(row: pd.Series, kpi: Kpi) -> str:
    lines = [
        f"<b>{members.hour_of_week(row)}</b>",
        formatting.with_unit(formatting.of_part(row, kpi.measure), kpi.measure.unit),
        f"n {formatting.count(row['n'])}",
    ]
    return "<br>".join(lines)


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
        **canvas.hovers([_hover(row, kpi) for _, row in drawn.iterrows()]),
    }


def _known(reach: pd.Series) -> list[float]:
    return reach.fillna(0).tolist()


def _hover(row: pd.Series, kpi: Kpi) -> str:
    lines = [
        f"<b>{short(row['name'])}</b>",
        formatting.with_unit(formatting.of_part(row, kpi.measure), kpi.measure.unit),
    ]
    if pd.notna(row["lower"]):
        lines.append(f"95 % interval {formatting.interval(row, kpi.measure.unit)}")
    lines.append(f"n {formatting.count(row['n'])}")
    if row["is_left_out"]:
        lines.append("not part of the figure")
    return "<br>".join(lines)
