"""Areas over time as a picture: a square for each area and period, changes marked."""

import pandas as pd

from kpis import formatting
from kpis.charts import canvas
from kpis.charts.axes import SCALES
from kpis.charts.labels import short
from kpis.charts.spc_chart import MARKS
from kpis.charts.theme import PALETTES, SYMBOLS, Palette
from kpis.definitions import Kpi

PERIODS_SHOWN = 24
ROW_HEIGHT, LEAST_HEIGHT = 21, 160
MARGIN = {"l": 190, "r": 64, "t": 8, "b": 44}
MEANS = {meaning: MARKS[meaning] for meaning in SYMBOLS}


def history_figure(found: pd.DataFrame, kpi: Kpi, chosen: str, theme: str) -> dict:
    """Return judged series of several areas as a grid, a dict that Plotly draws.

    `found` has the columns of `board.of_areas` and `name`, the first area on top. A
    stronger shade is worse (or higher, where neither is worse); a mark stands where the
    area left its own limits. The trace "areas" has each area as `customdata`.
    """
    palette, factor = PALETTES[theme], SCALES[kpi.measure.unit].factor
    starts = sorted(found["period_start"].unique())[-PERIODS_SHOWN:]
    shown = found[found["period_start"].isin(starts)]
    names = list(shown["name"].unique())
    labels = [f"<b>{short(one)}</b>" if one == chosen else short(one) for one in names]
    grid = shown.pivot(index="name", columns="period_start", values="value")
    grid = grid.reindex(index=names, columns=starts).astype(float) * factor
    shades = [
        [None if pd.isna(one) else one for one in row]
        for row in grid.to_numpy().tolist()
    ]
    return {
        "data": [
            {
                **canvas.squares(shades, kpi, palette, gap=1),
                "hoverinfo": "skip",
            },
            _areas(shown, starts, names, kpi, palette),
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": max(LEAST_HEIGHT, ROW_HEIGHT * len(names) + 60),
            "margin": MARGIN,
            "xaxis": _period_axis(starts, shown["by"].iloc[0]),
            "yaxis": {
                "tickvals": list(range(len(names))),
                "ticktext": labels,
                "range": [len(names) - 0.5, -0.5],
                **canvas.BARE_AXIS,
            },
        },
    }


def _areas(
    shown: pd.DataFrame, starts: list, names: list, kpi: Kpi, palette: Palette
) -> dict:
    """A mark on every square that left its limits; the others answer to the mouse."""
    known = shown[shown["value"].notna()]
    meanings = known["meaning"].fillna("")
    return {
        "type": "scatter",
        "name": "areas",
        "mode": "markers",
        "x": known["period_start"].map(starts.index).tolist(),
        "y": known["name"].map(names.index).tolist(),
        "customdata": known["area"].tolist(),
        "marker": {
            "symbol": [SYMBOLS.get(one, "square") for one in meanings],
            "size": [10 if one in SYMBOLS else 14 for one in meanings],
            "color": [
                getattr(palette, one) if one in SYMBOLS else "rgba(0, 0, 0, 0)"
                for one in meanings
            ],
            "line": {
                "color": palette.ground,
                "width": [1 if one in SYMBOLS else 0 for one in meanings],
            },
            "opacity": 1,
        },
        **canvas.UNCHANGED,
        "text": [hover(row, kpi) for _, row in known.iterrows()],
        "hovertemplate": "%{text}<extra></extra>",
    }


def hover(row: pd.Series, kpi: Kpi) -> str:
    """Say an area's figure of one period, and whether it left its limits."""
    when = formatting.period(row["period_start"], row["by"])
    lines = [
        f"<b>{short(row['name'])}</b>, {when}",
        formatting.with_unit(formatting.of_cell(row, kpi.measure), kpi.measure.unit),
    ]
    if row["meaning"] in MEANS:
        lines.append(MEANS[row["meaning"]])
    if row["state"] != "value":
        lines.append(formatting.missing(row["state"]))
    return "<br>".join(filter(None, lines))


def _period_axis(starts: list, by: str) -> dict:
    """Name every so many periods, the last one always."""
    step = max(1, -(-len(starts) // 6))
    places = list(range(len(starts) - 1, -1, -step))
    return {
        "tickvals": places,
        "ticktext": [formatting.period(starts[one], by) for one in places],
        "tickangle": 0,
        "range": [-0.5, len(starts) - 0.5],
        **canvas.BARE_AXIS,
    }
