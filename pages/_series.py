"""What pages read off a judged series: its headline, verdict and the year before."""

import pandas as pd

from kpis import figures, verdicts
from kpis.verdicts import Verdict


def latest(series: pd.DataFrame) -> pd.Series:
    """Return the headline row: the latest settled period."""
    return series[series["is_latest"]].iloc[-1]


def verdict(series: pd.DataFrame) -> Verdict:
    """Return the verdict on the headline row.

    Later rows are left out: an unfinished month may hold too few cases, which is then
    its state, and no reason to pass over the last finished one.
    """
    headline = latest(series)
    until_then = series[series["period_start"] <= headline["period_start"]]
    return verdicts.verdict(until_then, headline["by"])


def year_ago(series: pd.DataFrame) -> float:
    """Return the value of the headline's period a year earlier, NaN if none."""
    headline = latest(series)
    # 52 weeks lead to a Monday again.
    is_week = headline["by"] == "week"
    step = pd.Timedelta(weeks=52) if is_week else pd.DateOffset(years=1)
    earlier = series["period_start"] == headline["period_start"] - step
    found = series.loc[earlier, "value"]
    return found.iloc[0] if len(found) else float("nan")


def period(row: pd.Series) -> str:
    """Return the period of a row in words."""
    return figures.period(row["period_start"], row["by"])
