"""Small multiples: every area's series in a panel of its own, all on one scale.

One pair of axes carries all panels, each moved to its place: thirty-two pairs of axes
would take a browser a second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from kpis.charts import axes, canvas, series_geometry
from kpis.charts.axes import SCALES
from kpis.charts.history_chart import hover
from kpis.charts.labels import short
from kpis.charts.theme import PALETTES, SYMBOLS, Palette
from kpis.definitions import Kpi

MOST_COLUMNS = 8
# shares of a panel: what lies between two beside each other, and above each
ASIDE, ABOVE = 0.12, 0.4
PANEL_HEIGHT = 112
MARGIN = {"l": 56, "r": 8, "t": 0, "b": 6}
# letters of a name that stand above a panel
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
        if pd.isna(value):
            return None
        share = (value - self.low) / (self.high - self.low)
        return round(self.floor(place) + share, 4)


def multiples_figure(
    found: pd.DataFrame, whole: pd.DataFrame, kpi: Kpi, chosen: str, theme: str
) -> dict:
    """Return judged series of several areas in panels, a dict that Plotly draws.

    `found` has the columns of `board.of_areas` and `name`, the first area at the upper
    left; `whole`, judged too, is drawn in each panel to compare with, and may be empty.
    A mark stands where an area left its own limits. The trace "areas" has each area as
    `customdata`.
    """
    palette, scale = PALETTES[theme], SCALES[kpi.measure.unit]
    starts = sorted(found["period_start"].unique())
    drawn = series_geometry.scaled(found, scale.factor)
    panels = [one for _, one in drawn.groupby("area", sort=False)]
    beside = series_geometry.scaled(
        whole[whole["period_start"].isin(starts)], scale.factor
    )
    low, high = canvas.value_ends(
        pd.concat([drawn[LINES], beside[["value"]]]), scale, share=0.02
    )
    sheet = Sheet(len(panels), starts, low, high)
    ink = {"color": palette.ink, "width": 1.6}
    return {
        "data": [
            _bands(panels, sheet, palette),
            _lines(
                [beside] * len(panels), sheet, _settled,
                {"color": palette.common, "width": 1},
            ),
            _lines(panels, sheet, _settled, ink),
            _lines(panels, sheet, _open, ink | {"dash": "2px,2px"}),
            _areas(panels, found, sheet, kpi, palette),
        ],
        "layout": {
            **canvas.base_layout(palette),
            "height": PANEL_HEIGHT * sheet.rows + MARGIN["t"] + MARGIN["b"],
            "margin": MARGIN,
            "xaxis": {
                "range": [-ASIDE / 3, sheet.left(sheet.columns - 1) + 1 + ASIDE / 3],
                "showticklabels": False,
                **canvas.BARE_AXIS,
            },
            "yaxis": _value_axis(sheet, kpi),
            "shapes": [_floor(place, sheet, palette) for place in range(len(panels))],
            "annotations": [
                _name(one["name"].iloc[0], place, sheet, chosen, palette)
                for place, one in enumerate(panels)
            ],
        },
    }  # fmt: skip


def _settled(panel: pd.DataFrame) -> pd.Series:
    return series_geometry.split(panel)[0]


def _open(panel: pd.DataFrame) -> pd.Series:
    return series_geometry.split(panel)[1]


def _lines(
    panels: Sequence[pd.DataFrame],
    sheet: Sheet,
    choose: Callable[[pd.DataFrame], pd.Series],
    line: dict,
) -> dict:
    """One line through all panels, open between them and where a series begins anew."""
    x, y = [], []
    for place, panel in enumerate(panels):
        for start, value, is_new in zip(
            panel["period_start"],
            choose(panel),
            series_geometry.begins_anew(panel),
            strict=True,
        ):
            if is_new:
                x.append(None)
                y.append(None)
            x.append(sheet.x(place, start))
            y.append(sheet.y(place, value))
        x.append(None)
        y.append(None)
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "line": line,
        "hoverinfo": "skip",
    }  # fmt: skip


def _bands(panels: Sequence[pd.DataFrame], sheet: Sheet, palette: Palette) -> dict:
    x, y = [], []
    for place, panel in enumerate(panels):
        for run in series_geometry.limit_runs(panel):
            across = [sheet.x(place, start) for start in run["period_start"]]
            x += [*across, *across[::-1], None]
            for edge in (run["upper_limit"], run["lower_limit"][::-1]):
                y += [sheet.y(place, value) for value in edge]
            y.append(None)
    return {
        "type": "scatter", "mode": "lines", "name": "limits", "x": x, "y": y,
        "fill": "toself", "fillcolor": palette.band, "line": {"width": 0},
        "hoverinfo": "skip",
    }  # fmt: skip


def _areas(
    panels: Sequence[pd.DataFrame],
    found: pd.DataFrame,
    sheet: Sheet,
    kpi: Kpi,
    palette: Palette,
) -> dict:
    """A mark on each point that left its limits; the others answer to the mouse."""
    points = [
        (place, row)
        for place, panel in enumerate(panels)
        for _, row in panel[panel["value"].notna()].iterrows()
    ]
    meanings = [row["meaning"] for _, row in points]
    return {
        "type": "scatter",
        "name": "areas",
        "mode": "markers",
        "x": [sheet.x(place, row["period_start"]) for place, row in points],
        "y": [sheet.y(place, row["value"]) for place, row in points],
        "customdata": [row["area"] for _, row in points],
        "marker": {
            "symbol": [SYMBOLS.get(one, "circle") for one in meanings],
            "size": 8,
            "color": [
                getattr(palette, one) if one in SYMBOLS else "rgba(0, 0, 0, 0)"
                for one in meanings
            ],
            "line": {"width": 0},
            "opacity": 1,
        },
        **canvas.UNCHANGED,
        # in words of the unit, not of the axis
        "text": [hover(found.loc[row.name], kpi) for _, row in points],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _value_axis(sheet: Sheet, kpi: Kpi) -> dict:
    """The same two numbers at the left of each row, with their unit."""
    scale = SCALES[kpi.measure.unit]
    marks = axes.ticks(sheet.low, sheet.high)
    firsts = range(0, sheet.count, sheet.columns)
    return {
        "tickvals": [
            sheet.y(place, mark) for place in firsts for mark in (marks[0], marks[-1])
        ],
        "ticktext": [
            f"{scale.before}{axes.tick(mark)}{scale.after}"
            for mark in (marks[0], marks[-1])
        ]
        * sheet.rows,
        "range": [-0.06, sheet.floor(0) + 1 + ABOVE],
        "ticklabelstandoff": 6,
        **canvas.BARE_AXIS,
    }


def _floor(place: int, sheet: Sheet, palette: Palette) -> dict:
    left, floor = sheet.left(place), sheet.floor(place)
    return {
        "type": "line", "x0": left, "x1": left + 1, "y0": floor, "y1": floor,
        "layer": "below", "line": {"color": palette.hairline, "width": 1},
    }  # fmt: skip


def _name(name: str, place: int, sheet: Sheet, chosen: str, palette: Palette) -> dict:
    label = short(name, LONGEST_NAME)
    return {
        "x": sheet.left(place),
        "y": sheet.floor(place) + 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": f"<b>{label}</b>" if name == chosen else label,
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": 12, "color": palette.ink},
    }
