"""Numbers of cells from the cube: sums, ratios, quantiles, and their intervals."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kpis import settings, warehouse
from kpis.definitions import Kpi
from kpis.periods import Period
from kpis.statistics import intervals
from kpis.warehouse import Warehouse, fill, literal, literals

KEYS = ["question", "kpi", "area", "period_start", "period_end"]
COLUMNS = [
    *KEYS, "n", "numerator", "denominator",
    "value", "lower", "upper", "parts", "cases", "fewest", "publishers",
]  # fmt: skip
CELL = ["question", "kpi", "area", "period_start"]
PART_COLUMNS = ["n", "numerator", "denominator", "value"]


@dataclass(frozen=True)
class Asked:
    """Which cells to read: indicators, areas, and periods of one length.

    `members` are areas, each with a code whose cells add up to it.
    """

    kpis: list[Kpi]
    members: list[tuple[str, str]]
    calendar: list[Period]
    by: str

    @property
    def size(self) -> str:
        """Return the size of the cells that the periods are made of."""
        return "day" if self.by in ("day", "week") else "month"


def read(db: Warehouse, asked: list[Asked]) -> pd.DataFrame:
    """Return one row, with COLUMNS, for each cell that has rows or was published.

    One query for each kind of indicator and size of cells. `question` is the place in
    `asked`; `parts` holds the two sides of a difference by name; `fewest` is n, or that
    of the smaller side; `publishers` counts the different figures that were published
    for a cell.
    """
    ends = {
        (place, first): last
        for place, question in enumerate(asked)
        for first, last in question.calendar
    }
    kpis = [kpi for question in asked for kpi in question.kpis if kpi.sql]
    counted = {kpi.id: kpi for kpi in kpis if kpi.population.stage != "published"}
    valued = {kpi_id: kpi for kpi_id, kpi in counted.items() if kpi.measure.has_values}
    summed = {
        kpi_id: kpi for kpi_id, kpi in counted.items() if not kpi.measure.has_values
    }
    frames = []
    for size in sorted({question.size for question in asked}):
        for kind, some, figure in (
            ("cells", summed, _with_ratio),
            ("values", valued, _with_quantile),
        ):
            words = {"cells": f"{size}_{kind}", "size": size}
            asked_cells = fill("results/asked_cells", **words)
            within = _within(asked, size, list(some))
            statement = fill(
                STATEMENTS[kind], asked=asked_cells, within=within, **words
            )
            found = _measured(db, statement, asked, size, some)
            if found is not None:
                frames.append(_with_end(figure(found, some), ends))
    frames += _published(db, asked)
    filled = [frame for frame in frames if len(frame)]
    filled = filled or [pd.DataFrame(columns=COLUMNS)]
    result = pd.concat(filled).reindex(columns=COLUMNS)
    result["fewest"] = result["fewest"].where(result["fewest"].notna(), result["n"])
    return result


STATEMENTS = {"cells": "results/number_cells", "values": "results/value_cells"}


def _within(asked: list[Asked], size: str, kpi_ids: list[str]) -> str:
    """Return the condition that leaves out cells which no question asks for."""
    own = [question for question in asked if question.size == size]
    days = [day for question in own for span in question.calendar for day in span]
    codes = {code for question in own for _, code in question.members}
    if not (days and kpi_ids):
        return "false"
    conditions = [
        f"cells.kpi in ({literals(kpi_ids)})",
        f"cells.on_date between date {literal(min(days).isoformat())}"
        f" and date {literal(max(days).isoformat())}",
    ]
    # the force's figure is of every area
    if settings.FORCE not in codes:
        conditions.append(f"cells.area_code in ({literals(sorted(codes)) or 'null'})")
    return " and ".join(conditions)


def _measured(
    db: Warehouse, statement: str, asked: list[Asked], size: str, kpis: dict
) -> pd.DataFrame | None:
    """Run a statement for the questions and indicators that it can answer."""
    own = {
        place: question for place, question in enumerate(asked) if question.size == size
    }
    wanted = [
        (place, kpi.id) for place, question in own.items() for kpi in question.kpis
        if kpi.id in kpis
    ]  # fmt: skip
    if not wanted:
        return None
    scope = [
        (place, *member)
        for place, question in own.items()
        for member in question.members
    ]
    calendar = [
        (place, *span) for place, question in own.items() for span in question.calendar
    ]
    columns = [
        list(column)
        for rows in (wanted, scope, calendar)
        for column in zip(*rows, strict=True)
    ]
    return db.query(statement, columns)


def _published(db: Warehouse, asked: list[Asked]) -> list[pd.DataFrame]:
    """Return the published figures of each question that asks for some."""
    frames = []
    for place, question in enumerate(asked):
        published = [
            kpi.id for kpi in question.kpis if kpi.population.stage == "published"
        ]
        if published:
            areas = [area for area, _ in question.members]
            sql = warehouse.text("results/published_cells")
            figures = db.query(sql, [areas, published])
            for name in ("period_start", "period_end"):
                figures[name] = figures[name].dt.date
            frames.append(figures.assign(question=place))
    return frames


def of_members(kpi: Kpi, counted: pd.DataFrame, start: date) -> pd.DataFrame:
    """Return figures of the members of a dimension, from their sums or their values.

    `counted` is as the statements `results/breakdown` return it; the result has member,
    n, numerator, denominator, value, lower and upper.
    """
    frame = counted.rename(columns={"member": "area"})
    frame = frame.assign(question=0, kpi=kpi.id, period_start=start)
    make = _with_quantile if kpi.measure.has_values else _with_ratio
    columns = ["area", "n", "numerator", "denominator", "value", "lower", "upper"]
    made = make(frame, {kpi.id: kpi}).reindex(columns=columns)
    return made.rename(columns={"area": "member"}).reset_index(drop=True)


def share_of_money(kpi: Kpi, share: pd.DataFrame, money: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of a sum of money: what was spent, times another's share.

    The interval is that of the share, because what was spent was not sampled.
    """
    keys = ["question", "area", "period_start", "period_end"]
    both = share.merge(money[[*keys, "numerator"]], on=keys, suffixes=("", "_spent"))
    spent = both["numerator_spent"].astype(float)
    figures = {name: both[name] * spent for name in ("value", "lower", "upper")}
    return both.assign(
        kpi=kpi.id, **figures, numerator=figures["value"], denominator=np.nan
    ).reindex(columns=COLUMNS)


def _with_end(frame: pd.DataFrame, ends: dict[tuple[int, date], date]) -> pd.DataFrame:
    # a frame without rows has no type
    starts = pd.to_datetime(frame["period_start"]).dt.date
    keys = zip(frame["question"], starts, strict=True)
    return frame.assign(period_start=starts, period_end=[ends[key] for key in keys])


def _with_ratio(sums: pd.DataFrame, kpis: dict[str, Kpi]) -> pd.DataFrame:
    """Divide once, last: value = sum of numerators / sum of denominators."""
    frame = sums.copy()
    units = {kpi.id: kpi.measure.denominator_unit for kpi in kpis.values()}
    # without any row, pandas would make it a column of text
    unit = frame["kpi"].map(units).astype(float)
    denominator = frame["denominator"].where(frame["denominator"] != 0)
    frame["value"] = frame["numerator"] * unit / denominator
    frame["denominator"] = frame["denominator"] / unit
    kinds, counts, bases = (
        frame["kpi"].map({kpi.id: getattr(kpi.measure, name) for kpi in kpis.values()})
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


# money, hours and staff are not independent cases: they get no interval
INTERVALS = {
    "proportion": lambda own: intervals.wilson(
        own["numerator"] * (own["cases"] / own["denominator"]), own["cases"]
    ),
    "rate": lambda own: intervals.poisson_rate(own["numerator"], own["denominator"]),
    "mean": lambda own: intervals.mean(
        own["denominator"], own["numerator"], own["numerator_squared"]
    ),
}


def _effective_cases(sums: pd.DataFrame) -> pd.Series:
    """Return how many answers of equal weight would be as precise as these.

    The smaller of two numbers: the sum of 1 / design effect of the survey, and, for
    unequal weights, (sum of weights)^2 / (sum of squared weights), Kish.
    """
    names = ["denominator", "denominator_squared", "base"]
    weights, squares, at_most = (sums[name].astype(float) for name in names)
    fewer = intervals.effective_n(weights, squares, at_most)
    return pd.Series(fewer, index=sums.index)


def _differences(found: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of differences: side a minus side b."""
    sides = found.set_index([*CELL, "part"])
    cells = found[CELL].drop_duplicates().reset_index(drop=True)
    sums = {}
    for name in (*PART_COLUMNS, "cases"):
        wide = sides[name].astype(float).unstack("part").reindex(columns=["a", "b"])
        sums[name] = wide.reindex(pd.MultiIndex.from_frame(cells)).to_numpy()
    # squared weights that allow for the design effect too
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
        parts=pd.Series(parts, index=cells.index, dtype=object),
        fewest=n.min(axis=1),
    )


def _with_quantile(counted: pd.DataFrame, kpis: dict[str, Kpi]) -> pd.DataFrame:
    """Take quantiles from counted values, with order-statistic intervals."""
    cells = counted[CELL]
    if cells.empty:
        return cells.reindex(columns=[*CELL, "n", "value", "lower", "upper"])
    totals = [np.cumsum(frequencies) for frequencies in counted["frequencies"]]
    n = np.array([running[-1] for running in totals])
    quantiles = cells["kpi"].map(
        {kpi.id: kpi.measure.quantile for kpi in kpis.values()}
    )
    ranks = np.transpose(intervals.quantile_ranks(n, quantiles.to_numpy()))
    numbers = [
        (
            at_quantile(values, running, quantile),
            *(at_rank(values, running, rank) for rank in ends),
        )
        for values, running, quantile, ends in zip(
            counted["known_values"], totals, quantiles, ranks, strict=True
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
