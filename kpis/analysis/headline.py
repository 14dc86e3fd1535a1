"""What can be read off a judged series: its headline, verdict and the year before."""

from functools import partial

import pandas as pd

from kpis import formatting, periods
from kpis.analysis import verdicts
from kpis.analysis.verdicts import Verdict
from kpis.context import Target, targets
from kpis.definitions import Kpi
from kpis.periods import Period
from kpis.results import queries


def latest(series: pd.DataFrame) -> pd.Series:
    """Return the row of the latest settled period."""
    return _row(series, series["is_latest"], -1)


def headline(series: pd.DataFrame, kpi: Kpi) -> pd.Series:
    """Return the row to show in large: the latest, or the twelve months to its end."""
    row = latest(series)
    if kpi.measure.accumulate == "none" or pd.isna(row["headline_state"]):
        return row
    # the row may be a quarter or a year
    start = row["period_end"] + pd.DateOffset(days=1) - pd.DateOffset(months=12)
    of_year = {name: row[f"headline_{name}"] for name in queries.HEADLINE}
    nothing = {"lower": float("nan"), "upper": float("nan"), "cases": float("nan")}
    return pd.Series(
        {**row, **nothing, **of_year, "by": "rolling12", "period_start": start}
    )


def verdict(series: pd.DataFrame, target: Target | None = None) -> Verdict:
    """Return the verdict on the latest row, and on its target if there is one.

    Later rows are left out. An unfinished month may hold too few cases; it must not
    take the place of the last finished month.
    """
    row = latest(series)
    until_then = series[series["period_start"] <= row["period_start"]]
    aim = target if target and target.is_set else None
    assurance = partial(targets.assurance, aim) if aim else None
    return verdicts.verdict(until_then, row["by"], assurance=assurance)


def year_ago(series: pd.DataFrame) -> float:
    """Return the value of the latest period a year earlier, NaN if there is none.

    There is none across a break of the series: the two are not the same measure.
    """
    found = same_a_year_ago(series, latest(series))
    return float("nan") if found is None else found["value"]


def same_a_year_ago(series: pd.DataFrame, row: pd.Series) -> pd.Series | None:
    """Return the row of the same period a year earlier.

    None if the series begins later, or has a break in between.
    """
    start = periods.year_before(ends(row), row["by"])[0]
    earlier = series["period_start"] == pd.Timestamp(start)
    same = earlier & (series["segment"] == row["segment"])
    return _row(series, same, 0) if same.any() else None


def ends(row: pd.Series) -> Period:
    """Return the first and last day of a row's period."""
    return row["period_start"].date(), row["period_end"].date()


def period(row: pd.Series) -> str:
    """Return the period of a row in words."""
    return formatting.period(row["period_start"], row["by"])


def sentence(series: pd.DataFrame, kpi: Kpi, verdict: Verdict) -> str:
    """Say the latest settled figure and its verdict in one sentence."""
    row = latest(series)
    return verdicts.sentence(
        kpi.measure.unit, row, year_ago(series), verdict, row["by"],
        is_of_cases=kpi.measure.counts == "cases",
    )  # fmt: skip


def _row(series: pd.DataFrame, is_wanted: pd.Series, place: int) -> pd.Series:
    """Return one of the wanted rows, without the cost of a frame of them all."""
    return series.iloc[is_wanted.to_numpy(dtype=bool).nonzero()[0][place]]
