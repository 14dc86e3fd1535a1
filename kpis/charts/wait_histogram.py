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
    width = (classes["end"] - classes["start"]).iloc[0]
    middles = (classes["start"] + width / 2) * factor
    last = float(classes["start"].iloc[-1])
    top = 100 * classes["share"].max() * (1 + SPARE)
    lines = _lines(waits, kpi, last)
    return {
        "data": [
            {
                "type": "bar",
                "x": middles.tolist(),
                "y": (100 * classes["share"]).tolist(),
                "width": 0.92 * width * factor,
                "marker": {"color": _colours(classes, waits.standard, palette)},
                **canvas.hovers(_hovers(classes, kpi)),
                "textposition": "none",
            }
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": HEIGHT,
            "margin": MARGIN,
            "xaxis": {
                "range": [0, float(last + width) * factor],
                **_wait_ticks(last * factor, middles),
                "title": axes.title(
                    "minutes" if kpi.measure.unit == "minutes" else "seconds", palette
                ),
                **axes.ticked_axis(palette),
            },
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


def _colours(
    classes: pd.DataFrame, standard: int | None, palette: Palette
) -> list[str]:
    """Return dark for waits beyond the standard, and where there is none."""
    is_dark = classes["start"] >= (standard or 0)
    return [palette.common if dark else palette.hairline for dark in is_dark]


def _hovers(classes: pd.DataFrame, kpi: Kpi) -> list[str]:
    return [
        f"{span(start, end, kpi)}<br><b>{formatting.figure(share, 'percent')}</b><br>"
        f"n {formatting.count(n)}"
        for start, end, n, share in classes.itertuples(index=False, name=None)
    ]


def _wait_ticks(last: float, middles: pd.Series) -> dict:
    """Return round numbers up to the last bar, which is named "longer"."""
    marks = [mark for mark in axes.ticks(0, last) if mark < middles.max()]
    return {
        "tickvals": [*marks, float(middles.iloc[-1])],
        "ticktext": [*map(axes.tick, marks), "longer"],
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
