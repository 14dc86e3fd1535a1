"""A series as a picture of the size of a word."""

from collections.abc import Container, Iterable

import pandas as pd

from kpis.charts import axes, series_geometry
from kpis.charts.axes import SCALES
from kpis.definitions import Kpi

SPARK_WIDTH, SPARK_HEIGHT = 240, 44


def sparkline(judged: pd.DataFrame, kpi: Kpi) -> dict:
    """Return the geometry of a sparkline with its limits, for a fixed box.

    The paths are SVG path data in a box of SPARK_WIDTH by SPARK_HEIGHT: `line`,
    `dashed` (to provisional points), `mean` and `band`. `points` are those worth a
    mark: where a rule fired, the headline and provisional ones.
    """
    scale = SCALES[kpi.measure.unit]
    drawn = series_geometry.scaled(judged, scale.factor).reset_index(drop=True)
    # The band itself gives the scale, so it may fill most of so small a picture.
    low, high = axes.value_range(drawn, scale, widths=1.2)
    edge = 6
    step = (SPARK_WIDTH - 2 * edge) / max(len(drawn) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low)
        inner = SPARK_HEIGHT - 2 * edge
        return round(edge + index * step, 1), round(edge + (1 - share) * inner, 1)

    settled, provisional = series_geometry.split(drawn)
    anew = set(drawn.index[series_geometry.begins_anew(drawn)])
    return {
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
        "line": _path(settled, place, anew),
        "dashed": _path(provisional, place, anew),
        "mean": _path(drawn["mean"], place),
        "band": "".join(
            _path(run["upper_limit"], place)
            + _path(run["lower_limit"][::-1], place).replace("M", "L")
            + "Z"
            for run in series_geometry.limit_runs(drawn)
        ),
        "points": [_spark_point(row, place) for row in _worth_a_mark(drawn)],
    }


def _spark_point(row, place) -> dict:
    x, y = place(row.Index, row.value)
    return {
        "x": x,
        "y": y,
        "meaning": row.meaning,
        "hollow": row.is_open,
        "latest": bool(row.is_latest),
    }


def _worth_a_mark(drawn: pd.DataFrame) -> Iterable:
    is_marked = drawn["meaning"].ne("") | drawn["is_latest"] | drawn["is_open"]
    return drawn[is_marked & drawn["value"].notna()].itertuples()


def _path(values: pd.Series, place, anew: Container[int] = ()) -> str:
    """SVG path data through the values, broken where one is missing or begins anew."""
    parts, pen = [], "M"
    for index, value in values.items():
        pen = "M" if index in anew else pen
        if pd.isna(value):
            pen = "M"
            continue
        x, y = place(index, value)
        parts.append(f"{pen}{x} {y}")
        pen = "L"
    return "".join(parts)
