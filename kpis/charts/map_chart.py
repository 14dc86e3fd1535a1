"""London as a picture: boroughs as equal tiles, or within their boundaries.

As in `charts`, nothing here decides what a number means: colour and shape follow the
column `meaning` of `compare.areas`. A map shows where, and hides how much: equal tiles
give each borough the same room.
"""

import json
import math
from functools import cache

import pandas as pd

from kpis import formatting, settings
from kpis.charts import canvas, funnel_chart, theme
from kpis.charts.axes import SCALES
from kpis.charts.labels import short
from kpis.charts.theme import PALETTES, Palette
from kpis.definitions import Kpi

# of the distance between two tiles' middles
TILE_SIDE = 0.92
HEIGHT, LARGE_HEIGHT = 400, 470
TEXT_SIZE, LARGE_TEXT_SIZE = 11, 14
# what answers a pointer, unseen, in pixels
TARGET_SIZE = 30
SIGNS = {"improvement": "▲", "concern": "▼", "change": "◆"}
# kilometres to a degree of latitude, and where London's are cut for a flat picture
KILOMETRES, MIDDLE = 111.2, 51.5
# of a picture's width and height, round it
EDGE = 0.02

Ring = list[tuple[float, float]]


def tiles_figure(
    found: pd.DataFrame,
    grid: pd.DataFrame,
    kpi: Kpi,
    chosen: str,
    theme: str,
    is_large: bool = False,
) -> dict:
    """Return the boroughs as equal tiles where they lie, a dict that Plotly draws.

    `found` is of `compare.areas`, `grid` of `results.tile_grid`. A tile shows the
    borough's figure; the trace "areas" has its code as `customdata`.
    """
    rings = {
        row.bocu_code: [_square(row.tile_col, -row.tile_row)]
        for row in grid.itertuples()
    }
    return _figure(found, grid, rings, kpi, chosen, theme, is_large)


def boundaries_figure(
    found: pd.DataFrame, grid: pd.DataFrame, kpi: Kpi, chosen: str, theme: str
) -> dict:
    """Return the boroughs within their boundaries, as `tiles_figure` does in tiles.

    The City of London, which has a police force of its own, is left empty.
    """
    drawn = outlines()
    rings = {row.bocu_code: drawn[row.gss_code] for row in grid.itertuples()}
    return _figure(found, grid, rings, kpi, chosen, theme, is_large=True)


@cache
def outlines() -> dict[str, list[Ring]]:
    """Return the outer rings of each borough, in kilometres, by code of the ONS."""
    file = settings.MAPS / "london_boroughs.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    return {
        feature["properties"]["code"]: [
            _flat(polygon[0]) for polygon in _polygons(feature["geometry"])
        ]
        for feature in features
    }


def _polygons(geometry: dict) -> list:
    is_one = geometry["type"] == "Polygon"
    return [geometry["coordinates"]] if is_one else geometry["coordinates"]


def _flat(ring: list[list[float]]) -> Ring:
    shrink = math.cos(math.radians(MIDDLE))
    return [
        (east * KILOMETRES * shrink, (north - MIDDLE) * KILOMETRES)
        for east, north in ring
    ]


def _middle(rings: list[Ring]) -> tuple[float, float]:
    """The centre of gravity of the largest ring."""
    sums = [_gravity(ring) for ring in rings]
    area, x, y = max(sums, key=lambda one: abs(one[0]))
    return x / (3 * area), y / (3 * area)


def _gravity(ring: Ring) -> tuple[float, float, float]:
    """Twice the signed area of a ring, and its first moments, by the shoelace sum."""
    area = moment_x = moment_y = 0.0
    for (x, y), (next_x, next_y) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x * next_y - next_x * y
        area += cross
        moment_x += (x + next_x) * cross
        moment_y += (y + next_y) * cross
    return area, moment_x, moment_y


def _square(x: float, y: float) -> Ring:
    corners = (-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)
    return [(x + a * TILE_SIDE / 2, y + b * TILE_SIDE / 2) for a, b in corners]


def _figure(
    found: pd.DataFrame,
    grid: pd.DataFrame,
    rings_of: dict[str, list[Ring]],
    kpi: Kpi,
    chosen: str,
    theme: str,
    is_large: bool,
) -> dict:
    palette = PALETTES[theme]
    tiles = grid.merge(found, left_on="bocu_code", right_on="area", how="left")
    tiles = tiles.assign(meaning=tiles["meaning"].fillna(""))
    colours = dict(zip(tiles["bocu_code"], _colours(tiles, palette), strict=True))
    # a neighbour's line would cover half of the chosen one's
    shapes = [
        _shape(ring, colours[code], code == chosen, palette)
        for code in sorted(rings_of, key=lambda one: one == chosen)
        for ring in rings_of[code]
    ]
    middles = [_middle(rings_of[code]) for code in tiles["bocu_code"]]
    return {
        "data": [*shapes, _areas(tiles, kpi, palette, middles, is_large)],
        "layout": {
            **canvas.base_layout(palette),
            "height": LARGE_HEIGHT if is_large else HEIGHT,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "xaxis": _hidden_axis([x for shape in shapes for x in shape["x"]]),
            "yaxis": _hidden_axis([y for shape in shapes for y in shape["y"]])
            | {"scaleanchor": "x"},
        },
    }


def _colours(tiles: pd.DataFrame, palette: Palette) -> list[str]:
    return [
        getattr(palette, meaning) if meaning else palette.hairline
        for meaning in tiles["meaning"]
    ]


def _shape(ring: Ring, colour: str, is_chosen: bool, palette: Palette) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": [round(x, 3) for x, _ in ring],
        "y": [round(y, 3) for _, y in ring],
        "fillcolor": colour,
        "line": {
            "color": palette.ink if is_chosen else palette.ground,
            "width": 2.5 if is_chosen else 1.2,
        },
        "hoverinfo": "skip",
    }


def _areas(
    tiles: pd.DataFrame,
    kpi: Kpi,
    palette: Palette,
    middles: list[tuple[float, float]],
    is_large: bool,
) -> dict:
    """The trace that is read, hovered and clicked."""
    return {
        "type": "scatter",
        "name": "areas",
        "mode": "markers+text",
        "x": [x for x, _ in middles],
        "y": [y for _, y in middles],
        "customdata": tiles["bocu_code"].tolist(),
        "text": [_in_tile(row, kpi) for row in tiles.itertuples()],
        "textfont": {
            "size": LARGE_TEXT_SIZE if is_large else TEXT_SIZE,
            "color": [theme.text_on(one, palette) for one in _colours(tiles, palette)],
        },
        "marker": {"size": TARGET_SIZE, "color": "rgba(0, 0, 0, 0)"},
        **canvas.UNCHANGED,
        "hovertext": [_hover(row, kpi) for row in tiles.itertuples()],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _hidden_axis(places: list[float]) -> dict:
    low, high = min(places), max(places)
    spare = EDGE * (high - low)
    return {
        "visible": False,
        "fixedrange": True,
        "range": [low - spare, high + spare],
    }


def _in_tile(row, kpi: Kpi) -> str:
    """The figure, as short as a tile is narrow, and the sign that its colour means."""
    if pd.isna(row.value):
        return formatting.NO_FIGURE
    shown = row.value * SCALES[kpi.measure.unit].factor
    number = formatting.number(shown, 0 if shown >= 10 else 1)
    return " ".join(filter(None, [SIGNS.get(row.meaning), number]))


def _hover(row, kpi: Kpi) -> str:
    lines = [f"<b>{short(row.borough_name)}</b>"]
    if pd.isna(row.value):
        lines.append(
            formatting.missing(row.state) if pd.notna(row.state) else "no figure"
        )
        return "<br>".join(lines)
    return "<br>".join([*lines, *funnel_chart.told(row, kpi)])
