"""Waits as a histogram: how many waited how long, and where the standard lies."""

import pandas as pd

from kpis import formatting
from kpis.analysis import Waits
from kpis.charts import axes, canvas
from kpis.charts.axes import SCALES
from kpis.charts.theme import PALETTES, Palette
from kpis.definitions import Kpi

HEIGHT = 300
MARGIN = {"l": 56, "r": 24, "t": 48, "b": 56}
# of the height, above the highest bar
SPARE = 0.08
LABEL_ROOM = 18


def waits_figure(found: pd.DataFrame, waits: Waits, kpi: Kpi, theme: str) -> dict:
    """Return `waits.classes` as bars, a dict that Plotly draws.

    Waits beyond the standard are dark, those within it pale; all longer ones stand
    together at the right end.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.measure.unit]
    width = (found["end"] - found["start"]).iloc[0]
    middles = (found["start"] + width / 2) * scale.factor
    limit = waits.standard
    is_beyond = found["start"] >= (float("inf") if limit is None else limit)
    top = 100 * found["share"].max() * (1 + SPARE)
    share_scale = SCALES["percent"]
    last = found["start"].iloc[-1]
    marks = [
        mark for mark in axes.ticks(0, last * scale.factor) if mark < middles.max()
    ]
    return {
        "data": [
            {
                "type": "bar",
                "x": middles.tolist(),
                "y": (100 * found["share"]).tolist(),
                "width": 0.92 * width * scale.factor,
                "marker": {
                    "color": [
                        palette.common if one else palette.hairline
                        for one in (is_beyond if limit is not None else ~is_beyond)
                    ]
                },
                "text": [_hover(row, kpi) for row in found.itertuples()],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
            }
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": HEIGHT,
            "margin": MARGIN,
            "xaxis": {
                "range": [0, float(last + width) * scale.factor],
                "tickvals": [*marks, float(middles.iloc[-1])],
                "ticktext": [*map(axes.tick, marks), "longer"],
                "title": {
                    "text": "minutes" if kpi.measure.unit == "minutes" else "seconds",
                    "font": {"size": 13, "color": palette.muted},
                },
                **canvas.ticked_axis(palette),
            },
            "yaxis": canvas.value_axis(0, top, share_scale, palette),
            **_lines(waits, kpi, palette, float(last)),
        },
    }  # fmt: skip


def span(row, kpi: Kpi) -> str:
    """Name a class of `waits.classes`: "over 2 min 0 s to 4 min 0 s"."""
    start, end = (
        formatting.figure(one, kpi.measure.unit) if pd.notna(one) else ""
        for one in (row.start, row.end)
    )
    return f"over {start} to {end}" if end else f"longer than {start}"


def _hover(row, kpi: Kpi) -> str:
    share = formatting.figure(row.share, "percent")
    return f"{span(row, kpi)}<br><b>{share}</b><br>n {formatting.count(row.n)}"


def _lines(waits: Waits, kpi: Kpi, palette: Palette, last: float) -> dict:
    """Upright lines at the figure itself, at nine in ten, and at the standard."""
    quantiles = sorted({0.5, kpi.measure.quantile})
    named = [
        (waits.quantile(one), "half" if one == 0.5 else f"{100 * one:g} in 100", "dot")
        for one in quantiles
    ]
    if waits.standard is not None:
        named.append((waits.standard, "standard", "solid"))
    drawn = sorted(one for one in named if one[0] <= last)
    factor = SCALES[kpi.measure.unit].factor
    shapes = [
        {
            "type": "line", "yref": "paper", "y0": 0, "y1": 1,
            "x0": value * factor, "x1": value * factor,
            "line": {"color": palette.ink, "width": 1.2, "dash": dash},
        }
        for value, _, dash in drawn
    ]  # fmt: skip
    labels = [
        {
            "yref": "paper", "y": 1, "yanchor": "bottom", "x": value * factor,
            # neighbours do not write over each other
            "yshift": LABEL_ROOM * (place % 2), "xanchor": "left", "showarrow": False,
            "text": f"{words}: {formatting.figure(value, kpi.measure.unit)}",
            "font": {"size": 13, "color": palette.ink},
        }
        for place, (value, words, _) in enumerate(drawn)
    ]  # fmt: skip
    return {"shapes": shapes, "annotations": labels}
