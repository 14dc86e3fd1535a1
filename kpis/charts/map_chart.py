"""London's boroughs on a map: as equal tiles, or within their boundaries.

Nothing here decides what a number means: colour and sign follow the column `meaning` of
`area_comparison`. A map shows where, and hides how much: equal tiles give each borough
the same room.
"""

import json
import math
from functools import cache

import pandas as pd

from kpis import formatting, settings
from kpis.charts import canvas
from kpis.charts.axes import SCALES
from kpis.charts.funnel_chart import hover_lines
from kpis.charts.labels import short
from kpis.charts.theme import PALETTES, Palette, text_on
from kpis.definitions import Kpi

# share of the distance between two tiles' middles
TILE_SIDE = 0.92
HEIGHT, LARGE_HEIGHT = 400, 470
TEXT_SIZE, LARGE_TEXT_SIZE = 11, 14
# in pixels, of what answers a pointer
POINTER_SIZE = 30
SIGNS = {"improvement": "▲", "concern": "▼", "change": "◆"}
# kilometres to a degree of latitude, and the latitude from which they are measured
KILOMETRES, MIDDLE = 111.2, 51.5
# share of a picture's width and height, around it
EDGE = 0.02

Point = tuple[float, float]
Ring = list[Point]


def tiles_figure(
    areas: pd.DataFrame,
    grid: pd.DataFrame,
    kpi: Kpi,
    chosen: str,
    theme: str,
    is_large: bool = False,
) -> dict:
    """Return the boroughs as equal tiles where they lie, a dict that Plotly draws.

    `areas` is the table of an area comparison, `grid` comes from `queries.tile_grid`. A
    tile shows the borough's figure; the trace "areas" has its code as `customdata`.
    """
    columns = (grid[name] for name in ("bocu_code", "tile_col", "tile_row"))
    rings = {
        code: [_square(column, -row)]
        for code, column, row in zip(*columns, strict=True)
    }
    return _figure(areas, grid, rings, kpi, chosen, theme, is_large)


def boundaries_figure(
    areas: pd.DataFrame, grid: pd.DataFrame, kpi: Kpi, chosen: str, theme: str
) -> dict:
    """Return the boroughs within their boundaries, as `tiles_figure` does in tiles.

    The City of London, which has a police force of its own, is left empty.
    """
    by_gss = outlines()
    codes = zip(grid["bocu_code"], grid["gss_code"], strict=True)
    rings = {code: by_gss[gss_code] for code, gss_code in codes}
    return _figure(areas, grid, rings, kpi, chosen, theme, is_large=True)


@cache
def outlines() -> dict[str, list[Ring]]:
    """Return the outer rings of each borough, in kilometres, by its ONS code."""
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


def _middle(rings: list[Ring]) -> Point:
    """Return the centre of gravity of the largest ring."""
    area, x, y = max(map(_moments, rings), key=lambda moments: abs(moments[0]))
    return x / (3 * area), y / (3 * area)


def _moments(ring: Ring) -> tuple[float, float, float]:
    """Return twice the signed area of a ring and its first moments (shoelace sum)."""
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
    areas: pd.DataFrame,
    grid: pd.DataFrame,
    rings_of: dict[str, list[Ring]],
    kpi: Kpi,
    chosen: str,
    theme: str,
    is_large: bool,
) -> dict:
    palette = PALETTES[theme]
    boroughs = grid.merge(areas, left_on="bocu_code", right_on="area", how="left")
    boroughs = boroughs.assign(meaning=boroughs["meaning"].fillna(""))
    colours = {
        code: palette.of_meaning(meaning, palette.hairline)
        for code, meaning in zip(
            boroughs["bocu_code"], boroughs["meaning"], strict=True
        )
    }
    # the chosen one last: a neighbour's line would cover half of its own
    shapes = [
        _shape(ring, colours[code], code == chosen, palette)
        for code in sorted(rings_of, key=lambda code: code == chosen)
        for ring in rings_of[code]
    ]
    middles = [_middle(rings_of[code]) for code in boroughs["bocu_code"]]
    textfont = {
        "size": LARGE_TEXT_SIZE if is_large else TEXT_SIZE,
        "color": [text_on(colour, palette) for colour in colours.values()],
    }
    return {
        "data": [*shapes, _areas(boroughs, kpi, middles, textfont)],
        "layout": {
            **canvas.base_layout(palette),
            "height": LARGE_HEIGHT if is_large else HEIGHT,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "xaxis": _hidden_axis([x for shape in shapes for x in shape["x"]]),
            "yaxis": _hidden_axis([y for shape in shapes for y in shape["y"]])
            | {"scaleanchor": "x"},
        },
    }


def _shape(ring: Ring, colour: str, is_chosen: bool, palette: Palette) -> dict:
    style = {
        "color": palette.ink if is_chosen else palette.ground,
        "width": 2.5 if is_chosen else 1.2,
    }
    x, y = [round(x, 3) for x, _ in ring], [round(y, 3) for _, y in ring]
    return canvas.line(x, y, style, fill="toself", fillcolor=colour)


def _areas(
    boroughs: pd.DataFrame, kpi: Kpi, middles: list[Point], textfont: dict
) -> dict:
    """Return the trace that is read, hovered and clicked."""
    rows = [row for _, row in boroughs.iterrows()]
    return {
        "type": "scatter",
        "name": "areas",
        "mode": "markers+text",
        "x": [x for x, _ in middles],
        "y": [y for _, y in middles],
        "customdata": boroughs["bocu_code"].tolist(),
        "text": [_in_tile(row, kpi) for row in rows],
        "textfont": textfont,
        "marker": {"size": POINTER_SIZE, "color": canvas.UNSEEN},
        **canvas.UNCHANGED,
        "hovertext": [_hover(row, kpi) for row in rows],
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


def _in_tile(row: pd.Series, kpi: Kpi) -> str:
    """Return the figure, short enough for a tile, and the sign of its colour."""
    if pd.isna(row["value"]):
        return formatting.NO_FIGURE
    shown = row["value"] * SCALES[kpi.measure.unit].factor
    number = formatting.number(shown, 0 if shown >= 10 else 1)
    return " ".join(filter(None, [SIGNS.get(row["meaning"]), number]))


def _hover(row: pd.Series, kpi: Kpi) -> str:
    name = f"<b>{short(row['borough_name'])}</b>"
    if pd.notna(row["value"]):
        return "<br>".join([name, *hover_lines(row, kpi)])
    has_state = pd.notna(row["state"])
    why = formatting.of_state(row["state"]) if has_state else "no figure"
    return f"{name}<br>{why}"
