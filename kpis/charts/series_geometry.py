"""A judged series on the scale of its axis, cut where a line or a band ends."""

from collections.abc import Iterable
from datetime import date

import pandas as pd


def scaled(judged: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return the frame in the numbers of the axis, with `is_open` as a column."""
    columns = ["value", "lower", "upper", "mean", "lower_limit", "upper_limit"]
    drawn = judged.assign(is_open=is_open(judged))
    drawn[columns] = drawn[columns].astype(float) * factor
    return drawn


def is_open(judged: pd.DataFrame) -> pd.Series:
    """Return which periods are not over or not settled, whatever their state."""
    return ~judged["is_settled"] | judged["state"].eq("provisional")


def split(drawn: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the values of the solid line, and of the dashed one that continues it."""
    leads_in = drawn["is_open"].shift(-1, fill_value=False)
    return (
        drawn["value"].mask(drawn["is_open"]),
        drawn["value"].where(drawn["is_open"] | leads_in),
    )


def limit_runs(drawn: pd.DataFrame) -> list[pd.DataFrame]:
    """Cut the frame where limits start, stop or change, and at each break."""
    has_limits = drawn["upper_limit"].notna()
    jumps = drawn["mean"].diff().abs().gt(1e-9) | has_limits.ne(has_limits.shift())
    jumps |= starts_again(drawn)
    return [run for _, run in drawn[has_limits].groupby(jumps.cumsum()[has_limits])]


def starts_again(drawn: pd.DataFrame) -> pd.Series:
    """Return which rows are the first after a break, not joined to the row before."""
    return drawn["segment"].ne(drawn["segment"].shift(fill_value=0))


def cut(drawn: pd.DataFrame, shown: pd.Series) -> dict[str, list]:
    """Return x and y of a line through the values, with a gap at each break."""
    x: list[str | None] = []
    y: list[float | None] = []
    for start, value, is_first in zip(
        dates(drawn["period_start"]), values(shown), starts_again(drawn), strict=True
    ):
        if is_first:
            x.append(start)
            y.append(None)
        x.append(start)
        y.append(value)
    return {"x": x, "y": y}


def dates(starts: Iterable[date | None]) -> list[str | None]:
    """Return days as Plotly reads them."""
    return [None if start is None else f"{start:%Y-%m-%d}" for start in starts]


def values(column: pd.Series) -> list[float | None]:
    """Return numbers as Plotly reads them."""
    return [None if pd.isna(value) else float(value) for value in column]
