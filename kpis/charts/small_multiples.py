"""Small multiples: every area's series in a panel of its own, all on one scale.

All panels share one pair of axes, each moved to its place: thirty-two pairs of axes
would take a browser a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from kpis.charts import axes, canvas, series_geometry
from kpis.charts.axes import SCALES
from kpis.charts.history_chart import area_hover
from kpis.charts.labels import label, short
from kpis.charts.theme import PALETTES, SYMBOLS, Palette
from kpis.definitions import Kpi

MOST_COLUMNS = 8
# shares of a panel: the room between two in a row, and above each
ASIDE, ABOVE = 0.12, 0.4
PANEL_HEIGHT = 112
MARGIN = {"l": 56, "r": 8, "t": 0, "b": 6}
# in letters, above a panel
LONGEST_NAME = 22
LINES = ["value", "mean", "lower_limit", "upper_limit"]


@dataclass(frozen=True)
class Sheet:
    """Where the panels are: how many, the periods of each, the ends of their scale."""

    count: int
    starts: Sequence[pd.Timestamp]
    low: float
    high: float

    @property
    def columns(self) -> int:
        return min(self.count, MOST_COLUMNS)

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    def left(self, place: int) -> float:
        return (place % self.columns) * (1 + ASIDE)

    def floor(self, place: int) -> float:
        return (self.rows - 1 - place // self.columns) * (1 + ABOVE)

    def x(self, place: int, start: pd.Timestamp) -> float:
        step = self.starts.index(start) / max(len(self.starts) - 1, 1)
        return round(self.left(place) + step, 4)

    def y(self, place: int, value: float) -> float | None:
        share = (value - self.low) / (self.high - self.low)
        return None if pd.isna(value) else round(self.floor(place) + share, 4)


def multiples_figure(
    series: pd.DataFrame, whole: pd.DataFrame, kpi: Kpi, chosen: str, theme: str
) -> dict:
    """Return judged series of several areas in panels, a dict that Plotly draws.

    `series` has the columns of `judged_series.of_areas` and `name`, the first area at
    the upper left; `whole`, judged too, is drawn in each panel to compare with, and may
    be empty. A mark is drawn where an area left its own limits. The trace "areas" has
    each area as `customdata`.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.measure.unit]
    starts = sorted(series["period_start"].unique())
    drawn = series_geometry.scaled(series, scale.factor)
    panels = [panel for _, panel in drawn.groupby("area", sort=False)]
    in_range = whole[whole["period_start"].isin(starts)]
    behind = series_geometry.scaled(in_range, scale.factor)
    numbers = pd.concat([drawn[LINES], behind[["value"]]])
    low, high = axes.value_ends(numbers, scale, share=0.02)
    sheet = Sheet(len(panels), starts, low, high)
    return {
        "data": [
            _bands(panels, sheet, palette),
            *_lines(panels, behind, sheet, palette),
            _areas(panels, series, sheet, kpi, palette),
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": PANEL_HEIGHT * sheet.rows + MARGIN["t"] + MARGIN["b"],
            "margin": MARGIN,
            "xaxis": {
                "range": [-ASIDE / 3, sheet.left(sheet.columns - 1) + 1 + ASIDE / 3],
                "showticklabels": False,
                **axes.BARE_AXIS,
            },
            "yaxis": _value_axis(sheet, kpi),
            "shapes": [_floor(place, sheet, palette) for place in range(len(panels))],
            "annotations": [
                _name(panel["name"].iloc[0], place, sheet, chosen, palette)
                for place, panel in enumerate(panels)
            ],
        },
    }


def _lines(
    panels: Sequence[pd.DataFrame], behind: pd.DataFrame, sheet: Sheet, palette: Palette
) -> list[dict]:
    """Return the whole behind each panel, then the settled and the open series."""
    ink = {"color": palette.ink, "width": 1.6}
    parts = [series_geometry.split(panel) for panel in panels]
    whole = series_geometry.split(behind)[0]
    return [
        _line(
            [behind] * len(panels),
            [whole] * len(panels),
            sheet,
            {"color": palette.common, "width": 1},
        ),
        _line(panels, [settled for settled, _ in parts], sheet, ink),
        _line(panels, [open_ for _, open_ in parts], sheet, ink | {"dash": "2px,2px"}),
    ]


def _line(
    panels: Sequence[pd.DataFrame],
    shown: Sequence[pd.Series],
    sheet: Sheet,
    style: dict,
) -> dict:
    """Return one line through all panels, with gaps between them and at breaks."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, (panel, values) in enumerate(zip(panels, shown, strict=True)):
        is_first = series_geometry.starts_again(panel)
        for start, value, has_gap in zip(
            panel["period_start"], values, is_first, strict=True
        ):
            if has_gap:
                x.append(None)
                y.append(None)
            x.append(sheet.x(place, start))
            y.append(sheet.y(place, value))
        x.append(None)
        y.append(None)
    return canvas.line(x, y, style)


def _bands(panels: Sequence[pd.DataFrame], sheet: Sheet, palette: Palette) -> dict:
    x: list[float | None] = []
    y: list[float | None] = []
    for place, panel in enumerate(panels):
        for run in series_geometry.limit_runs(panel):
            across = [sheet.x(place, start) for start in run["period_start"]]
            x += [*across, *across[::-1], None]
            for edge in (run["upper_limit"], run["lower_limit"][::-1]):
                y += [sheet.y(place, value) for value in edge]
            y.append(None)
    return canvas.band(x, y, palette)


def _areas(
    panels: Sequence[pd.DataFrame],
    series: pd.DataFrame,
    sheet: Sheet,
    kpi: Kpi,
    palette: Palette,
) -> dict:
    """Return a mark for each point, seen where the area left its limits."""
    points = [
        (place, row)
        for place, panel in enumerate(panels)
        for _, row in panel[panel["value"].notna()].iterrows()
    ]
    meanings = [row["meaning"] for _, row in points]
    # in words of the unit, not of the axis
    rows = (series.loc[[row.name for _, row in points]]).iterrows()
    return {
        "type": "scatter",
        "name": "areas",
        "mode": "markers",
        "x": [sheet.x(place, row["period_start"]) for place, row in points],
        "y": [sheet.y(place, row["value"]) for place, row in points],
        "customdata": [row["area"] for _, row in points],
        "marker": {
            "symbol": [SYMBOLS.get(meaning, "circle") for meaning in meanings],
            "size": 8,
            "color": [
                palette.of_meaning(meaning, canvas.UNSEEN) for meaning in meanings
            ],
            "line": {"width": 0},
            "opacity": 1,
        },
        **canvas.UNCHANGED,
        **canvas.hovers([area_hover(row, kpi) for _, row in rows]),
    }


def _value_axis(sheet: Sheet, kpi: Kpi) -> dict:
    """Return an axis with the same two numbers at the left of each row of panels."""
    scale = SCALES[kpi.measure.unit]
    marks = axes.ticks(sheet.low, sheet.high)
    ends = marks[0], marks[-1]
    firsts = range(0, sheet.count, sheet.columns)
    words = [f"{scale.before}{axes.tick(mark)}{scale.after}" for mark in ends]
    return {
        "tickvals": [sheet.y(place, mark) for place in firsts for mark in ends],
        "ticktext": words * sheet.rows,
        "range": [-0.06, sheet.floor(0) + 1 + ABOVE],
        "ticklabelstandoff": 6,
        **axes.BARE_AXIS,
    }


def _floor(place: int, sheet: Sheet, palette: Palette) -> dict:
    left, floor = sheet.left(place), sheet.floor(place)
    return {
        "type": "line", "x0": left, "x1": left + 1, "y0": floor, "y1": floor,
        "layer": "below", "line": {"color": palette.hairline, "width": 1},
    }  # fmt: skip


def _name(name: str, place: int, sheet: Sheet, chosen: str, palette: Palette) -> dict:
    words = short(name, LONGEST_NAME)
    text = f"<b>{words}</b>" if name == chosen else words
    at_panel = {"x": sheet.left(place), "y": sheet.floor(place) + 1}
    above = {"xanchor": "left", "yanchor": "bottom", "borderpad": 0}
    return label(text, palette.ink, at_panel | above, size=12)
