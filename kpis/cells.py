"""Numbers of cells from the cube: sums, ratios, medians, and their intervals."""

from datetime import date

import numpy as np
import pandas as pd

from kpis import intervals, warehouse
from kpis.periods import Period
from kpis.registry import Kpi
from kpis.warehouse import Warehouse, fill

COLUMNS = [
    "kpi", "area", "period_start", "period_end", "n", "numerator", "denominator",
    "value", "lower", "upper", "publishers",
]  # fmt: skip
MEDIAN = 0.5


def read(
    house: Warehouse,
    kpis: list[Kpi],
    areas: list[str],
    calendar: list[Period],
    by: str,
) -> pd.DataFrame:
    """Return one row, with COLUMNS, for each cell that has rows or was published.

    One query a kind of indicator. `publishers` counts the differing figures that
    were published for one cell.
    """
    size = "day" if by in ("day", "week") else "month"
    scope = [areas, [first for first, _ in calendar], [last for _, last in calendar]]
    ends = dict(calendar)
    published = [kpi.id for kpi in kpis if kpi.stage == "published"]
    counted = [kpi for kpi in kpis if kpi.stage == "rows"]
    medians = [kpi.id for kpi in counted if kpi.kind == "median"]
    ratios = [kpi.id for kpi in counted if kpi.kind != "median"]
    frames = [pd.DataFrame(columns=COLUMNS)]
    if ratios:
        sql = fill("results/number_cells", cells=f"cube.{size}_cells")
        frames.append(_with_ratio(house.query(sql, [*scope, ratios]), ends))
    if medians:
        sql = fill("results/value_cells", cells=f"cube.{size}_values")
        frames.append(_with_median(house.query(sql, [*scope, medians]), ends))
    if published:
        sql = warehouse.text("results/published_cells")
        found = house.query(sql, [areas, published])
        for name in ("period_start", "period_end"):
            found[name] = found[name].dt.date
        frames.append(found)
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled).reindex(columns=COLUMNS)


def _with_ratio(found: pd.DataFrame, ends: dict[date, date]) -> pd.DataFrame:
    """Divide once, last: value = sum of numerators / sum of denominators."""
    frame = found.copy()
    frame["period_start"] = frame["period_start"].dt.date
    frame["period_end"] = frame["period_start"].map(ends)
    numerator, denominator = frame["numerator"], frame["denominator"]
    frame["value"] = numerator / denominator.where(denominator != 0)
    frame["lower"], frame["upper"] = intervals.wilson(
        numerator.to_numpy(float), denominator.to_numpy(float)
    )
    return frame


def _with_median(found: pd.DataFrame, ends: dict[date, date]) -> pd.DataFrame:
    """Take medians from counted values, with order-statistic intervals."""
    rows = []
    keys = ["kpi", "area", "period_start"]
    for (kpi, area, start), group in found.groupby(keys, sort=False):
        values = group["value"].to_numpy()
        counts = np.cumsum(group["frequency"].to_numpy())
        n = int(counts[-1])
        lower_rank, upper_rank = intervals.quantile_ranks(n, MEDIAN)
        rows.append(
            (
                kpi, area, start.date(), ends[start.date()], n,
                at_quantile(values, counts, MEDIAN),
                at_rank(values, counts, lower_rank),
                at_rank(values, counts, upper_rank),
            )
        )  # fmt: skip
    names = [*keys, "period_end", "n", "value", "lower", "upper"]
    return pd.DataFrame(rows, columns=names)


def at_quantile(values: np.ndarray, counts: np.ndarray, quantile: float) -> float:
    """Return a quantile of counted values, interpolated between neighbouring ranks.

    `counts` is the running total of the sorted values' frequencies. The same as
    NumPy's default ("linear") on the values written out.
    """
    place = (counts[-1] - 1) * quantile
    below = at_rank(values, counts, np.floor(place) + 1)
    above = at_rank(values, counts, np.ceil(place) + 1)
    return below + (above - below) * (place - np.floor(place))


def at_rank(values: np.ndarray, counts: np.ndarray, rank: float) -> float:
    """Return the value at a rank counted from 1, NaN for no rank."""
    if np.isnan(rank):
        return np.nan
    return float(values[np.searchsorted(counts, rank)])
