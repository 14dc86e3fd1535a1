"""Areas in a funnel: who differs from the others, given its number of cases.

Nothing here decides what a number means: colour and shape follow the column `meaning`
of `area_comparison`.
"""

import numpy as np
import pandas as pd

from kpis import formatting
from kpis.analysis import Funnel
from kpis.charts import axes, canvas
from kpis.charts.axes import SCALES, Scale
from kpis.charts.labels import label, short, unit_above
from kpis.charts.theme import PALETTES, SYMBOLS, Palette
from kpis.definitions import Kpi

HEIGHT = 400
MARGIN = {"l": 48, "r": 72, "t": 24, "b": 56}
POINTS_OF_A_LINE = 120
# share of the value axis, beyond all areas and limits
SPARE = 0.06
LIMITS = {"998": "99.8 %", "95": "95 %"}
MEANS = {
    "improvement": "better than chance explains",
    "concern": "worse than chance explains",
    "change": "different by more than chance explains",
}


def funnel_figure(
    areas: pd.DataFrame, funnel: Funnel, kpi: Kpi, chosen: str, theme: str
) -> dict:
    """Return the table of an area comparison as a funnel, a dict that Plotly draws.

    Areas outside the limits and the `chosen` one are named. The trace "areas" has the
    code of each as `customdata`.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.measure.unit]
    drawn = areas[areas["centre"].notna()]
    sizes = _sizes(drawn["cases"])
    limits = funnel.limits_at(sizes)
    numbers = drawn[["value", "lower_998", "upper_998"]] * scale.factor
    low, high = axes.value_ends(numbers, scale, SPARE)
    return {
        "data": [
            *_lines(sizes, limits, scale, (low, high), palette),
            _areas(drawn, kpi, chosen, palette),
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": HEIGHT,
            "margin": MARGIN,
            "xaxis": _case_axis(sizes, kpi, palette),
            "yaxis": axes.value_axis(low, high, scale, palette),
            "annotations": [
                *unit_above(scale, palette),
                *_names(drawn, chosen, scale.factor, palette),
                *_line_names(limits, funnel.centre, scale, (low, high), palette),
            ],
            "shapes": [canvas.level_line(funnel.centre * scale.factor, palette)],
        },
    }


def hover_lines(row: pd.Series, kpi: Kpi) -> list[str]:
    """Return an area's figure, its n and what it means, a line each."""
    cases = [f"n {formatting.count(row['n'])}"] if pd.notna(row["n"]) else []
    means = [MEANS[row["meaning"]]] if row["meaning"] else []
    figure = formatting.of_part(row, kpi.measure)
    return [formatting.with_unit(figure, kpi.measure.unit), *cases, *means]


def _sizes(cases: pd.Series) -> np.ndarray:
    """Return even sizes from a little below the smallest area to past the largest."""
    return np.linspace(
        max(cases.min() * 0.7, 1e-9), cases.max() * 1.05, POINTS_OF_A_LINE
    )


def _lines(
    sizes: np.ndarray,
    limits: dict[str, np.ndarray],
    scale: Scale,
    ends: tuple[float, float],
    palette: Palette,
) -> list[dict]:
    lines = []
    for name, words in LIMITS.items():
        dash = "solid" if name == "998" else "2px,4px"
        style = {"color": palette.muted, "width": 1.2, "dash": dash}
        for side in ("lower", "upper"):
            values = np.clip(limits[f"{side}_{name}"] * scale.factor, *ends)
            x, y = sizes.tolist(), values.tolist()
            lines.append(canvas.line(x, y, style, name=f"limit {words}"))
    return lines


def _areas(drawn: pd.DataFrame, kpi: Kpi, chosen: str, palette: Palette) -> dict:
    meanings = list(drawn["meaning"])
    return {
        "type": "scatter",
        "name": "areas",
        "mode": "markers",
        "x": drawn["cases"].tolist(),
        "y": (drawn["value"] * SCALES[kpi.measure.unit].factor).tolist(),
        "customdata": drawn["area"].tolist(),
        "cliponaxis": False,
        "marker": {
            "symbol": [SYMBOLS.get(meaning, "circle") for meaning in meanings],
            "size": [13 if meaning else 9 for meaning in meanings],
            "color": [
                palette.of_meaning(meaning, palette.common) for meaning in meanings
            ],
            "line": {
                "color": palette.ink,
                "width": [2 if area == chosen else 0 for area in drawn["area"]],
            },
            "opacity": 1,
        },
        **canvas.UNCHANGED,
        **canvas.hovers(
            [
                "<br>".join([f"<b>{short(row['name'])}</b>", *hover_lines(row, kpi)])
                for _, row in drawn.iterrows()
            ]
        ),
    }


def _names(
    drawn: pd.DataFrame, chosen: str, factor: float, palette: Palette
) -> list[dict]:
    """Return names next to their marks, towards the middle, where there is room."""
    named = drawn[drawn["meaning"].ne("") | drawn["area"].eq(chosen)]
    middle = drawn["cases"].max() * 0.6
    return [
        label(
            short(row["name"]),
            palette.ink,
            {
                "x": row["cases"],
                "y": row["value"] * factor,
                "xanchor": "left" if row["cases"] < middle else "right",
                "xshift": 10 if row["cases"] < middle else -10,
            },
        )
        for _, row in named.iterrows()
    ]


def _line_names(
    limits: dict[str, np.ndarray],
    centre: float,
    scale: Scale,
    ends: tuple[float, float],
    palette: Palette,
) -> list[dict]:
    low, high = ends
    places = [(centre, "all together")]
    places += [(limits[f"upper_{name}"][-1], words) for name, words in LIMITS.items()]
    named = sorted(
        ((value * scale.factor, words) for value, words in places), reverse=True
    )
    room = 16 * (high - low) / (HEIGHT - MARGIN["t"] - MARGIN["b"])
    spread = axes.spread([value for value, _ in named], room)
    at_edge = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6}
    return [
        label(words, palette.muted, {"y": min(place, high), **at_edge})
        for (_, words), place in zip(named, spread, strict=True)
    ]


def _case_axis(sizes: np.ndarray, kpi: Kpi, palette: Palette) -> dict:
    marks = [mark for mark in axes.ticks(0, sizes[-1]) if mark >= sizes[0]]
    words = "thousand resident-years" if kpi.population.exposure else "cases"
    return {
        "range": [0, float(sizes[-1])],
        "tickvals": marks,
        "ticktext": [axes.tick(mark) for mark in marks],
        "title": axes.title(words, palette),
        **axes.ticked_axis(palette),
    }
