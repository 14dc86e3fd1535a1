"""Numbers of cells from the cube: sums, ratios, quantiles, and their intervals."""

from datetime import date

import numpy as np
import pandas as pd

from kpis import intervals, warehouse
from kpis.periods import Period
from kpis.registry import Kpi
from kpis.warehouse import Warehouse, fill

COLUMNS = [
    "kpi", "area", "period_start", "period_end", "n", "numerator", "denominator",
    "value", "lower", "upper", "parts", "cases", "fewest", "publishers",
]  # fmt: skip
CELL = ["kpi", "area", "period_start"]
PART_COLUMNS = ["n", "numerator", "denominator", "value"]


def read(
    house: Warehouse,
    kpis: list[Kpi],
    members: list[tuple[str, str]],
    calendar: list[Period],
    by: str,
) -> pd.DataFrame:
    """Return one row, with COLUMNS, for each cell that has rows or was published.

    `members` are areas, each with a code whose cells add up to it. One query a kind of
    indicator. `parts` holds the two sides of a difference by name;
    `fewest` is n, or that of the smaller side; `publishers` counts the differing
    figures that were published for one cell.
    """
    size = "day" if by in ("day", "week") else "month"
    areas, codes = [area for area, _ in members], [code for _, code in members]
    firsts, lasts = [first for first, _ in calendar], [last for _, last in calendar]
    scope = [areas, codes, firsts, lasts]
    ends = dict(calendar)
    published = [kpi.id for kpi in kpis if kpi.stage == "published"]
    counted = [kpi for kpi in kpis if kpi.sql and kpi.stage != "published"]
    valued = {kpi.id: kpi for kpi in counted if kpi.has_values}
    summed = {kpi.id: kpi for kpi in counted if not kpi.has_values}
    frames = [pd.DataFrame(columns=COLUMNS)]
    if summed:
        sql = fill("results/number_cells", cells=f"cube.{size}_cells")
        found = house.query(sql, [*scope, list(summed)])
        frames.append(_with_end(_with_ratio(found, summed), ends))
    if valued:
        sql = fill("results/value_cells", cells=f"cube.{size}_values")
        found = house.query(sql, [*scope, list(valued)])
        frames.append(_with_end(_with_quantile(found, valued), ends))
    if published:
        sql = warehouse.text("results/published_cells")
        found = house.query(sql, [areas, published])
        for name in ("period_start", "period_end"):
            found[name] = found[name].dt.date
        frames.append(found)
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    result = pd.concat(filled).reindex(columns=COLUMNS)
    result["fewest"] = result["fewest"].where(result["fewest"].notna(), result["n"])
    return result


def of_members(kpi: Kpi, found: pd.DataFrame, start: date) -> pd.DataFrame:
    """Return figures of the members of a dimension, from their sums or their values.

    `found` is as the statements `results/breakdown` return it; the result has member,
    n, numerator, denominator, value, lower and upper.
    """
    frame = found.rename(columns={"member": "area"})
    frame = frame.assign(kpi=kpi.id, period_start=start)
    make = _with_quantile if kpi.has_values else _with_ratio
    columns = ["area", "n", "numerator", "denominator", "value", "lower", "upper"]
    made = make(frame, {kpi.id: kpi}).reindex(columns=columns)
    return made.rename(columns={"area": "member"}).reset_index(drop=True)


def share_of_money(kpi: Kpi, share: pd.DataFrame, money: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of a sum: of what one indicator counts, another's share.

    The interval is that of the share: what was spent was not sampled.
    """
    keys = ["area", "period_start", "period_end"]
    both = share.merge(money[[*keys, "numerator"]], on=keys, suffixes=("", "_spent"))
    spent = both["numerator_spent"].astype(float)
    figures = {name: both[name] * spent for name in ("value", "lower", "upper")}
    return both.assign(
        kpi=kpi.id, **figures, numerator=figures["value"], denominator=np.nan
    ).reindex(columns=COLUMNS)


def _with_end(frame: pd.DataFrame, ends: dict[date, date]) -> pd.DataFrame:
    # a frame without rows has no type
    starts = pd.to_datetime(frame["period_start"]).dt.date
    return frame.assign(period_start=starts, period_end=starts.map(ends))


def _with_ratio(found: pd.DataFrame, kpis: dict[str, Kpi]) -> pd.DataFrame:
    """Divide once, last: value = sum of numerators / sum of denominators."""
    frame = found.copy()
    unit = frame["kpi"].map({kpi.id: kpi.denominator_unit for kpi in kpis.values()})
    denominator = frame["denominator"].where(frame["denominator"] != 0)
    frame["value"] = frame["numerator"] * unit / denominator
    frame["denominator"] = frame["denominator"] / unit
    kinds, counts, bases = (
        frame["kpi"].map({kpi.id: getattr(kpi, name) for kpi in kpis.values()})
        for name in ("kind", "counts", "base")
    )
    is_weighted = bases == "effective_cases"
    frame["cases"] = frame["denominator"].mask(is_weighted, _effective_cases(frame))
    frame["lower"], frame["upper"] = np.nan, np.nan
    for kind, interval in INTERVALS.items():
        own = (kinds == kind) & (counts == "cases")
        frame.loc[own, "lower"], frame.loc[own, "upper"] = interval(frame[own])
    is_difference = kinds == "difference"
    if not is_difference.any():
        return frame
    return pd.concat([frame[~is_difference], _differences(frame[is_difference])])


# money, hours and staff are no independent cases: they get no interval
INTERVALS = {
    "proportion": lambda own: intervals.wilson(
        own["numerator"] * (own["cases"] / own["denominator"]), own["cases"]
    ),
    "rate": lambda own: intervals.poisson_rate(own["numerator"], own["denominator"]),
    "mean": lambda own: intervals.mean(
        own["denominator"], own["numerator"], own["numerator_squared"]
    ),
}


def _effective_cases(found: pd.DataFrame) -> pd.Series:
    """How many answers of equal weight would say as much as these.

    The fewer of what the survey's design leaves (the sum of 1 / design effect) and what
    unequal weights leave: (sum of weights)^2 / (sum of squared weights), Kish.
    """
    squares = found["denominator_squared"].where(found["denominator_squared"] != 0)
    of_weights = found["denominator"] ** 2 / squares
    return np.minimum(found["base"].astype(float), of_weights.astype(float))


def _differences(found: pd.DataFrame) -> pd.DataFrame:
    """Set the two sides of a difference against each other: a minus b."""
    sides = found.set_index([*CELL, "part"])
    cells = found[CELL].drop_duplicates().reset_index(drop=True)
    sums = {}
    for name in (*PART_COLUMNS, "cases"):
        wide = sides[name].astype(float).unstack("part").reindex(columns=["a", "b"])
        sums[name] = wide.reindex(pd.MultiIndex.from_frame(cells)).to_numpy()
    # squared weights that say what the design effect says too
    squares = sums["denominator"] ** 2 / np.where(sums["cases"], sums["cases"], np.nan)
    value, lower, upper = intervals.difference(
        sums["numerator"].T, sums["denominator"].T, squares.T
    )
    n = np.nan_to_num(sums["n"])
    parts = [
        {
            part: {
                **{name: float(sums[name][row, side]) for name in PART_COLUMNS},
                "n": int(n[row, side]),
            }
            for side, part in enumerate("ab")
            if n[row, side] > 0
        }
        for row in range(len(cells))
    ]
    return cells.assign(
        n=n.sum(axis=1),
        value=value,
        lower=lower,
        upper=upper,
        parts=parts,
        fewest=n.min(axis=1),
    )


def _with_quantile(found: pd.DataFrame, kpis: dict[str, Kpi]) -> pd.DataFrame:
    """Take quantiles from counted values, with order-statistic intervals."""
    cells = found[CELL].drop_duplicates()
    if cells.empty:
        return cells.reindex(columns=[*CELL, "n", "value", "lower", "upper"])
    # the rows of a cell stand together, its values in order
    starts = cells.index.to_numpy()
    values = np.split(found["value"].to_numpy(), starts[1:])
    counts = [
        np.cumsum(one) for one in np.split(found["frequency"].to_numpy(), starts[1:])
    ]
    n = np.array([one[-1] for one in counts])
    quantiles = cells["kpi"].map({kpi.id: kpi.quantile for kpi in kpis.values()})
    ranks = np.transpose(intervals.quantile_ranks(n, quantiles.to_numpy()))
    numbers = [
        (
            at_quantile(one, ranked, quantile),
            *(at_rank(one, ranked, rank) for rank in ends),
        )
        for one, ranked, quantile, ends in zip(
            values, counts, quantiles, ranks, strict=True
        )
    ]
    columns = dict(zip(("value", "lower", "upper"), np.transpose(numbers), strict=True))
    return cells.assign(n=n, **columns)


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
