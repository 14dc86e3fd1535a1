"""Waits as a histogram: how many waited how long, and where the standard lies."""

from math import isnan

import pandas as pd

from kpis import formatting
from kpis.analysis import Waits
from kpis.charts import axes, canvas, labels
from kpis.charts.axes import SCALES
from kpis.charts.theme import PALETTES, Palette
from kpis.definitions import Kpi

HEIGHT = 300
MARGIN = {"l": 56, "r": 24, "t": 48, "b": 56}
# share of the height, above the highest bar
SPARE = 0.08
LABEL_ROOM = 18


def waits_figure(classes: pd.DataFrame, waits: Waits, kpi: Kpi, theme: str) -> dict:
    """Return `waits.classes` as bars, a dict that Plotly draws.

    Waits beyond the standard are dark, those within it pale; the longest are one bar at
    the right end.
    """
    palette, factor = PALETTES[theme], SCALES[kpi.measure.unit].factor
    last = float(classes["start"].iloc[-1])
    top = 100 * classes["share"].max() * (1 + SPARE)
    lines = _lines(waits, kpi, last)
    return {
        "data": [_bars(classes, waits.standard, kpi, palette)],
        "layout": {
            **canvas.base_layout(palette),
            "height": HEIGHT,
            "margin": MARGIN,
            "xaxis": _wait_axis(classes, kpi, palette),
            "yaxis": axes.value_axis(0, top, SCALES["percent"], palette),
            "shapes": [
                _upright(value * factor, dash, palette) for value, _, dash in lines
            ],
            "annotations": [
                _over(value, words, place, kpi, palette)
                for place, (value, words, _) in enumerate(lines)
            ],
        },
    }


def span(start: float, end: float, kpi: Kpi) -> str:
    """Return the name of a class of waits: "over 2 min 0 s to 4 min 0 s"."""
    first = formatting.figure(start, kpi.measure.unit)
    if isnan(end):
        return f"longer than {first}"
    return f"over {first} to {formatting.figure(end, kpi.measure.unit)}"


def _bars(
    classes: pd.DataFrame, standard: int | None, kpi: Kpi, palette: Palette
) -> dict:
    factor = SCALES[kpi.measure.unit].factor
    # without a standard all bars are dark
    is_dark = classes["start"] >= (standard or 0)
    colours = [palette.common if dark else palette.hairline for dark in is_dark]
    return {
        "type": "bar",
        "x": (_middles(classes) * factor).tolist(),
        "y": (100 * classes["share"]).tolist(),
        "width": 0.92 * _width(classes) * factor,
        "marker": {"color": colours},
        **canvas.hovers(_hovers(classes, kpi)),
        "textposition": "none",
    }


def _width(classes: pd.DataFrame) -> float:
    """Return the width of every class but the last, which has no end."""
    return (classes["end"] - classes["start"]).iloc[0]


def _middles(classes: pd.DataFrame) -> pd.Series:
    return classes["start"] + _width(classes) / 2


def _hovers(classes: pd.DataFrame, kpi: Kpi) -> list[str]:
    return [
        f"{span(start, end, kpi)}<br><b>{formatting.figure(share, 'percent')}</b><br>"
        f"n {formatting.count(n)}"
        for start, end, n, share in classes.itertuples(index=False, name=None)
    ]


def _wait_axis(classes: pd.DataFrame, kpi: Kpi, palette: Palette) -> dict:
    """Return an axis of round numbers up to the last bar, which is named "longer"."""
    factor = SCALES[kpi.measure.unit].factor
    last = float(classes["start"].iloc[-1])
    longest = (_middles(classes) * factor).iloc[-1]
    marks = [mark for mark in axes.ticks(0, last * factor) if mark < longest]
    words = "minutes" if kpi.measure.unit == "minutes" else "seconds"
    return {
        "range": [0, float(last + _width(classes)) * factor],
        "tickvals": [*marks, float(longest)],
        "ticktext": [*map(axes.tick, marks), "longer"],
        "title": axes.title(words, palette),
        **axes.ticked_axis(palette),
    }


def _lines(waits: Waits, kpi: Kpi, last: float) -> list[tuple[float, str, str]]:
    """Return value, name and dash of lines at the figure, half, and the standard."""
    lines = [
        (
            waits.quantile(quantile),
            "half" if quantile == 0.5 else f"{100 * quantile:g} in 100",
            "dot",
        )
        for quantile in sorted({0.5, kpi.measure.quantile})
    ]
    if waits.standard is not None:
        lines.append((waits.standard, "standard", "solid"))
    return sorted(line for line in lines if line[0] <= last)


def _upright(place: float, dash: str, palette: Palette) -> dict:
    return {
        "type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": place, "x1": place,
        "line": {"color": palette.ink, "width": 1.2, "dash": dash},
    }  # fmt: skip


def _over(value: float, words: str, place: int, kpi: Kpi, palette: Palette) -> dict:
    """Return the name of a line on top of it; neighbours do not cover each other."""
    unit = kpi.measure.unit
    text = f"{words}: {formatting.figure(value, unit)}"
    on_top = {"yref": "paper", "y": 1, "yanchor": "bottom", "xanchor": "left"}
    at = {"x": value * SCALES[unit].factor, "yshift": LABEL_ROOM * (place % 2)}
    return labels.label(text, palette.ink, on_top | at)
