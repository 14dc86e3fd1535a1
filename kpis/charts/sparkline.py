"""A series as a picture no larger than a word."""

from collections.abc import Callable, Container

import pandas as pd

from kpis.charts import axes, series_geometry
from kpis.charts.axes import SCALES
from kpis.definitions import Kpi

SPARK_WIDTH, SPARK_HEIGHT = 240, 44
# from the place of a value in the series, and the value, to x and y
Place = Callable[[int, float], tuple[float, float]]


def sparkline(judged: pd.DataFrame, kpi: Kpi) -> dict:
    """Return the geometry of a sparkline with its limits, for a fixed box.

    The paths are SVG path data in a box of SPARK_WIDTH by SPARK_HEIGHT: `line`,
    `dashed` (to provisional points), `mean` and `band`. `points` are those worth a
    mark: where a rule fired, the headline and provisional ones.
    """
    scale = SCALES[kpi.measure.unit]
    drawn = series_geometry.scaled(judged, scale.factor).reset_index(drop=True)
    # the band itself gives the scale, so it may fill most of so small a picture
    low, high = axes.value_range(drawn, scale, widths=1.2)
    edge = 6
    step = (SPARK_WIDTH - 2 * edge) / max(len(drawn) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low)
        inner = SPARK_HEIGHT - 2 * edge
        return round(edge + index * step, 1), round(edge + (1 - share) * inner, 1)

    settled, provisional = series_geometry.split(drawn)
    firsts = set(drawn.index[series_geometry.starts_again(drawn)])
    return {
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
        "line": _path(settled, place, firsts),
        "dashed": _path(provisional, place, firsts),
        "mean": _path(drawn["mean"], place, firsts),
        "band": "".join(
            _path(run["upper_limit"], place)
            + _path(run["lower_limit"][::-1], place).replace("M", "L")
            + "Z"
            for run in series_geometry.limit_runs(drawn)
        ),
        "points": _points(drawn, place),
    }


def _points(drawn: pd.DataFrame, place: Place) -> list[dict]:
    """Return the points worth a mark: news, the headline, and open periods."""
    is_marked = drawn["meaning"].ne("") | drawn["is_latest"] | drawn["is_open"]
    marked = drawn.loc[
        is_marked & drawn["value"].notna(), ["value", "meaning", "is_open", "is_latest"]
    ]
    points = []
    for index, value, meaning, is_open, is_latest in marked.itertuples(name=None):
        x, y = place(index, value)
        point = {"x": x, "y": y, "meaning": meaning, "hollow": is_open}
        points.append(point | {"latest": bool(is_latest)})
    return points


def _path(values: pd.Series, place: Place, firsts: Container[int] = ()) -> str:
    """Return SVG path data through the values, with gaps for missing ones.

    It also starts again at each of `firsts`.
    """
    parts, pen = [], "M"
    for index, value in zip(values.index, values, strict=True):
        pen = "M" if index in firsts else pen
        if pd.isna(value):
            pen = "M"
            continue
        x, y = place(index, value)
        parts.append(f"{pen}{x} {y}")
        pen = "L"
    return "".join(parts)
