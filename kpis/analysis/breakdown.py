"""What is behind a figure: its parts by a dimension, and by the hour of the week."""

from datetime import date

import pandas as pd

from kpis.analysis import grouped_rows
from kpis.definitions import Kpi
from kpis.results import Build
from kpis.statistics import intervals

SIDES = ["numerator", "denominator"]
# fewer cases of an hour of the week say nothing
FEWEST_OF_AN_HOUR = 20


def by_dimension(
    build: Build, kpi_id: str, area: str, start: date, end: date, dimension: str
) -> pd.DataFrame:
    """Return member, n, numerator, denominator, value, lower, upper of a dimension.

    Members that the indicator leaves out by default have a row too, and `is_left_out`
    says which these are. UserError names the dimensions that the indicator has.
    """
    kpi = build.kpis[kpi_id]
    groups = grouped_rows.grouped(build, kpi_id, area, (start, end), [dimension])
    parts = groups.rename(columns={dimension: "member"})
    default = kpi.population.default or {}
    counted = default.get(dimension, tuple(parts["member"]))
    return parts.assign(is_left_out=~parts["member"].isin(counted))


def by_hour_of_week(
    build: Build, kpi_id: str, area: str, start: date, end: date
) -> pd.DataFrame:
    """Return a row for each hour of each weekday (1 is Monday) that has a case.

    Columns weekday, hour, n, numerator, denominator, value, lower, upper, `is_enough`
    (has FEWEST_OF_AN_HOUR cases) and `differs`: whether a proportion with enough cases
    is surely not that of all hours, with 95 % for all hours together. Of other kinds
    none differs. UserError where the rows of the indicator have no hour.
    """
    when = ["weekday", "hour"]
    groups = grouped_rows.grouped(build, kpi_id, area, (start, end), when)
    hours = groups[groups["weekday"].ne("")].astype(dict.fromkeys(when, int))
    return _with_differences(hours.reset_index(drop=True), build.kpis[kpi_id])


def over_days(hours: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return the hours of the day, all days together, of a proportion.

    `hours` comes from `by_hour_of_week`; columns hour, n, numerator, denominator,
    value, `is_enough` and `differs`. No row for other kinds, whose parts do not add up.
    """
    sides = hours[["hour", "n", *SIDES]].astype(dict.fromkeys(SIDES, float))
    of_day = sides.groupby("hour", as_index=False).sum()
    of_day["value"] = of_day["numerator"] / of_day["denominator"]
    is_proportion = kpi.measure.kind == "proportion"
    return _with_differences(of_day if is_proportion else of_day[:0], kpi)


def with_left_out(parts: pd.DataFrame) -> float:
    """Return what the figure would be with the members that it leaves out.

    `parts` comes from `by_dimension`. NaN where it leaves none out, or where the
    members' figures do not add up to one, as those of a median.
    """
    sides = parts[SIDES].astype(float)
    if not parts["is_left_out"].any() or sides.isna().any(axis=None):
        return float("nan")
    whole = sides.sum()
    return whole["numerator"] / whole["denominator"]


def _with_differences(hours: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Add which rows have enough cases, and which surely differ from all together."""
    is_enough = hours["n"] >= FEWEST_OF_AN_HOUR
    hours = hours.assign(is_enough=is_enough, differs=False)
    if kpi.measure.kind != "proportion" or not is_enough.any():
        return hours
    sides = hours[SIDES].astype(float)
    whole = sides["numerator"].sum() / sides["denominator"].sum()
    confidence = intervals.of_each(int(is_enough.sum()))
    low, high = intervals.wilson(sides["numerator"], sides["denominator"], confidence)
    return hours.assign(differs=is_enough & ((low > whole) | (high < whole)))
