"""What pages read off a judged series: its headline, verdict and the year before."""

from functools import partial

import pandas as pd

from kpis import formatting, periods
from kpis.analysis import Verdict, verdicts
from kpis.charts import series_geometry, spc_chart
from kpis.context import Target, targets
from kpis.definitions import Kpi
from kpis.formatting import capital
from kpis.periods import Period
from kpis.results import queries
from pages._frame import filters

TABLE = {
    "period": "Period",
    "figure": "Figure",
    "interval": "95 % interval",
    "n": "Cases",
    "says": "What it says",
}


def latest(series: pd.DataFrame) -> pd.Series:
    """Return the headline row: the latest settled period."""
    return _row(series, series["is_latest"], -1)


def verdict(series: pd.DataFrame, target: Target | None = None) -> Verdict:
    """Return the verdict on the headline row, and on its target where there is one.

    Later rows are left out: an unfinished month may hold too few cases, which is then
    its state, and no reason to pass over the last finished one.
    """
    headline = latest(series)
    until_then = series[series["period_start"] <= headline["period_start"]]
    is_set = target is not None and target.is_set
    assurance = partial(targets.assurance, target) if is_set else None
    return verdicts.verdict(until_then, headline["by"], assurance=assurance)


def year_ago(series: pd.DataFrame) -> float:
    """Return the value of the headline's period a year earlier, NaN if none.

    Across a break of the series the two are not the same measure: there is none.
    """
    found = same_a_year_ago(series, latest(series))
    return float("nan") if found is None else found["value"]


def same_a_year_ago(series: pd.DataFrame, row: pd.Series) -> pd.Series | None:
    """Return the row of a row's period a year earlier; None past a break, or before."""
    start = periods.year_before(ends(row), row["by"])[0]
    earlier = series["period_start"] == pd.Timestamp(start)
    same = earlier & (series["segment"] == row["segment"])
    return _row(series, same, 0) if same.any() else None


def _row(series: pd.DataFrame, is_wanted: pd.Series, place: int) -> pd.Series:
    """Return one of the rows that are wanted; a frame of them all takes long."""
    return series.iloc[is_wanted.to_numpy(dtype=bool).nonzero()[0][place]]


def ends(row: pd.Series) -> Period:
    """Return first and last day of a row's period."""
    return row["period_start"].date(), row["period_end"].date()


def headline(series: pd.DataFrame, kpi: Kpi) -> pd.Series:
    """Return the row to show in large: the latest, or the twelve months to its end."""
    row = latest(series)
    if kpi.measure.accumulate == "none" or pd.isna(row["headline_state"]):
        return row
    start = row["period_start"] - pd.DateOffset(months=11)
    of_year = {name: row[f"headline_{name}"] for name in queries.HEADLINE}
    nothing = {"lower": float("nan"), "upper": float("nan"), "cases": float("nan")}
    return pd.Series(
        {**row, **nothing, **of_year, "by": "rolling12", "period_start": start}
    )


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


def table(series: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Word a judged series, a row for each period, the latest first; as its chart."""
    rows = [
        (
            capital(period(row)),
            formatting.of_cell(row, kpi.measure)
            if pd.notna(row["value"])
            else formatting.NO_FIGURE,
            formatting.interval(row, kpi.measure.unit),
            row["n"],
            _says(row),
        )
        for _, row in series.iloc[::-1].iterrows()
    ]
    return pd.DataFrame(rows, columns=list(TABLE))


def _says(row: pd.Series) -> str:
    """What a mark of the chart means, with the rule that made it one; or the state."""
    said = [spc_chart.MARKS[row["meaning"]]] if row["meaning"] else []
    said += [spc_chart.RULES[row["rule"]]] if row["meaning"] and row["rule"] else []
    return ", ".join([*said, *filter(None, [formatting.missing(row["state"])])])


def choose(series: pd.DataFrame) -> pd.Series:
    """Let a period be chosen, for all that stands below; return its row."""
    shown = series[series["state"] != "not_applicable"].iloc[::-1]
    headline = latest(series)
    is_open = series_geometry.is_open(shown) & shown["value"].notna()
    start = filters.choose_period(
        dict(zip(shown["period_start"], is_open, strict=True)),
        headline["by"],
        headline["period_start"],
    )
    return shown[shown["period_start"] == start].iloc[0]
