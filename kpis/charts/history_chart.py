"""Areas over time: a square for each area and period, with changes marked."""

import pandas as pd

from kpis import formatting
from kpis.charts import axes, canvas
from kpis.charts.axes import SCALES
from kpis.charts.labels import short
from kpis.charts.spc_chart import MARKS
from kpis.charts.theme import PALETTES, SYMBOLS, Palette
from kpis.definitions import Kpi

PERIODS_SHOWN = 24
ROW_HEIGHT, LEAST_HEIGHT = 21, 160
MARGIN = {"l": 190, "r": 64, "t": 8, "b": 44}
MEANS = {meaning: MARKS[meaning] for meaning in SYMBOLS}


def history_figure(series: pd.DataFrame, kpi: Kpi, chosen: str, theme: str) -> dict:
    """Return judged series of several areas as a grid, a dict that Plotly draws.

    `series` has the columns of `judged_series.of_areas` and `name`, the first area on
    top. A stronger shade is worse (or higher, where neither is worse); a mark is drawn
    where an area left its own limits. The trace "areas" has each area as `customdata`.
    """
    palette = PALETTES[theme]
    starts = sorted(series["period_start"].unique())[-PERIODS_SHOWN:]
    shown = series[series["period_start"].isin(starts)]
    names = list(shown["name"].unique())
    shades = _shades(shown, starts, names, SCALES[kpi.measure.unit].factor)
    return {
        "data": [
            {**canvas.squares(shades, kpi, palette, gap=1), "hoverinfo": "skip"},
            _areas(shown, starts, names, kpi, palette),
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": max(LEAST_HEIGHT, ROW_HEIGHT * len(names) + 60),
            "margin": MARGIN,
            "xaxis": _period_axis(starts, shown["by"].iloc[0]),
            "yaxis": {
                "tickvals": list(range(len(names))),
                "ticktext": [
                    f"<b>{short(name)}</b>" if name == chosen else short(name)
                    for name in names
                ],
                "range": [len(names) - 0.5, -0.5],
                **axes.BARE_AXIS,
            },
        },
    }


def area_hover(row: pd.Series, kpi: Kpi) -> str:
    """Return an area's figure of one period, and whether it left its limits."""
    when = formatting.period(row["period_start"], row["by"])
    lines = [
        f"<b>{short(row['name'])}</b>, {when}",
        formatting.with_unit(formatting.of_cell(row, kpi.measure), kpi.measure.unit),
    ]
    if row["meaning"] in MEANS:
        lines.append(MEANS[row["meaning"]])
    if row["state"] != "value":
        lines.append(formatting.of_state(row["state"]))
    return "<br>".join(filter(None, lines))


def _shades(
    shown: pd.DataFrame, starts: list[pd.Timestamp], names: list[str], factor: float
) -> list[list[float | None]]:
    """Return the values of each area, a row each; None where there is none."""
    grid = shown.pivot(index="name", columns="period_start", values="value")
    grid = grid.reindex(index=names, columns=starts).astype(float) * factor
    return [
        [None if pd.isna(value) else value for value in row]
        for row in grid.to_numpy().tolist()
    ]


def _areas(
    shown: pd.DataFrame,
    starts: list[pd.Timestamp],
    names: list[str],
    kpi: Kpi,
    palette: Palette,
) -> dict:
    """Return a mark for each square, seen where the area left its limits."""
    known = shown[shown["value"].notna()]
    meanings = list(known["meaning"].fillna(""))
    return {
        "type": "scatter",
        "name": "areas",
        "mode": "markers",
        "x": known["period_start"].map(starts.index).tolist(),
        "y": known["name"].map(names.index).tolist(),
        "customdata": known["area"].tolist(),
        "marker": {
            "symbol": [SYMBOLS.get(meaning, "square") for meaning in meanings],
            "size": [10 if meaning in SYMBOLS else 14 for meaning in meanings],
            "color": [
                palette.of_meaning(meaning, canvas.UNSEEN) for meaning in meanings
            ],
            "line": {
                "color": palette.ground,
                "width": [1 if meaning in SYMBOLS else 0 for meaning in meanings],
            },
            "opacity": 1,
        },
        **canvas.UNCHANGED,
        **canvas.hovers([area_hover(row, kpi) for _, row in known.iterrows()]),
    }


def _period_axis(starts: list[pd.Timestamp], by: str) -> dict:
    """Return an axis that names every so many periods, the last one always."""
    step = max(1, -(-len(starts) // 6))
    places = list(range(len(starts) - 1, -1, -step))
    return {
        "tickvals": places,
        "ticktext": [formatting.period(starts[place], by) for place in places],
        "tickangle": 0,
        "range": [-0.5, len(starts) - 0.5],
        **axes.BARE_AXIS,
    }
