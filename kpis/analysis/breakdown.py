"""What lies behind a figure: its parts by any dimension, and why it changed."""

from datetime import date

import pandas as pd

from kpis.analysis import grouped_rows
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.periods import Period
from kpis.results import Build, queries
from kpis.statistics import decomposition, intervals

BY_AREA = "area"
REST = "Not located, or not shown apart"
SIDES = ("numerator", "denominator")
# cases of one hour of the week before anything is said of it
FEWEST_OF_AN_HOUR = 20
# there is no figure of the area, or it may not be told
UNKNOWN = ("not_measured", "not_applicable", "suppressed", "not_reliable")


def by_dimension(
    build: Build, kpi_id: str, area: str, start: date, end: date, dimension: str
) -> pd.DataFrame:
    """Return member, n, numerator, denominator, value, lower, upper of a dimension.

    Members that the indicator leaves out by default are there too: each stands for
    itself, and `is_left_out` says which. UserError names the dimensions that the
    indicator has.
    """
    kpi = build.kpis[kpi_id]
    found = grouped_rows.grouped(build, kpi_id, area, (start, end), [dimension])
    found = found.rename(columns={dimension: "member"})
    kept = (kpi.population.default or {}).get(dimension)
    is_kept = True if kept is None else found["member"].isin(kept)
    return found.assign(is_left_out=~pd.Series(is_kept, index=found.index))


def by_hour_of_week(
    build: Build, kpi_id: str, area: str, start: date, end: date
) -> pd.DataFrame:
    """Return a row for each hour of each weekday (1 is Monday) that has a case.

    Columns weekday, hour, n, numerator, denominator, value, lower, upper, `is_enough`
    (has FEWEST_OF_AN_HOUR cases) and `differs`: of a proportion with enough cases,
    whether it is surely not that of all hours. Surely is with 95 % for all hours
    together; of other kinds nothing is said. UserError where the indicator does not
    tell hours.
    """
    kpi = build.kpis[kpi_id]
    when = ["weekday", "hour"]
    found = grouped_rows.grouped(build, kpi_id, area, (start, end), when)
    found = found[found["weekday"].ne("")].astype(dict.fromkeys(when, int))
    found = found.reset_index(drop=True)
    return _with_differences(found, kpi)


def over_days(found: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return the hours of the day, all days together, of a proportion.

    `found` is of `by_hour_of_week`; columns hour, n, numerator, denominator, value,
    `is_enough` and `differs`. No row for other kinds, whose parts do not add up.
    """
    sides = found[["hour", "n", *SIDES]].astype(dict.fromkeys(SIDES, float))
    hours = sides.groupby("hour", as_index=False).sum()
    hours["value"] = hours["numerator"] / hours["denominator"]
    return _with_differences(
        hours if kpi.measure.kind == "proportion" else hours[:0], kpi
    )


def _with_differences(found: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Add which rows have enough cases, and which surely differ from all together."""
    is_enough = found["n"] >= FEWEST_OF_AN_HOUR
    found = found.assign(is_enough=is_enough, differs=False)
    if kpi.measure.kind != "proportion" or not is_enough.any():
        return found
    sides = found[list(SIDES)].astype(float)
    whole = sides["numerator"].sum() / sides["denominator"].sum()
    confidence = intervals.of_each(int(is_enough.sum()))
    low, high = intervals.wilson(sides["numerator"], sides["denominator"], confidence)
    return found.assign(differs=is_enough & ((low > whole) | (high < whole)))


def with_all(found: pd.DataFrame, kpi: Kpi) -> float:
    """Return what the figure would be with the members that it leaves out.

    `found` is of `by_dimension`. NaN where it leaves none out, or where the members'
    figures do not add up to one, as those of a median.
    """
    sides = found[list(SIDES)].astype(float)
    if not found["is_left_out"].any() or sides.isna().any(axis=None):
        return float("nan")
    whole = sides.sum()
    return whole["numerator"] / whole["denominator"]


def change(
    build: Build,
    kpi_id: str,
    area: str,
    before: Period,
    after: Period,
    by: str,
    dimension: str = BY_AREA,
) -> pd.DataFrame:
    """Split the change of a figure between two periods of one length into its parts.

    By borough (or site, or facility) for the force, or by a dimension for any area; see
    `decomposition.split` for the columns. UserError where a change has no parts, as
    that of a median, or where one of the periods has no figure.
    """
    kpi = build.kpis[kpi_id]
    periods = (before, after)
    whole = [_whole(build, kpi, area, period, by) for period in periods]
    if dimension == BY_AREA:
        sides = _by_area(build, kpi, whole, periods, by)
    else:
        sides = [_by_member(build, kpi, area, one, dimension) for one in periods]
    both = sides[0].merge(
        sides[1], on="group", how="outer", suffixes=("_before", "_after")
    )
    return decomposition.split(both, kpi.measure.kind)


def _whole(build: Build, kpi: Kpi, area: str, period: Period, by: str) -> pd.Series:
    cell = queries.series(build, [kpi.id], [area], *period, by).iloc[-1]
    if pd.isna(cell["value"]):
        raise UserError(
            f"{build.names[area]} has no figure to compare: {cell['reason']}"
        )
    return cell


def _by_area(
    build: Build, kpi: Kpi, whole: list[pd.Series], periods: tuple, by: str
) -> list[pd.DataFrame]:
    """Return the parts of the force in each period, by area.

    What is not shown of an area in one of them is, in both, part of the rest.
    """
    codes = [
        code for code, kind in build.places.kinds.items() if kind == kpi.population.area
    ]
    frames = [
        queries.series(build, [kpi.id], codes, *period, by).set_index("area")
        for period in periods
    ]
    known = [~frame["state"].isin(UNKNOWN) for frame in frames]
    has_cases = [frame["n"] > 0 for frame in frames]
    is_known = known[0] & known[1] & (has_cases[0] | has_cases[1])
    return [
        _with_rest(frame[is_known][list(SIDES)].rename(build.names), of_force)
        for frame, of_force in zip(frames, whole, strict=True)
    ]


def _with_rest(parts: pd.DataFrame, of_force: pd.Series) -> pd.DataFrame:
    rest = {name: round(of_force[name] - parts[name].sum(), 6) for name in SIDES}
    if any(rest.values()):
        parts = pd.concat([parts, pd.DataFrame(rest, index=[REST])])
    return parts.rename_axis("group").reset_index()


def _by_member(build: Build, kpi: Kpi, area, period, dimension: str) -> pd.DataFrame:
    frame = by_dimension(build, kpi.id, area, *period, dimension)
    frame = frame[~frame["is_left_out"]]
    frame = frame.rename(columns={"member": "group"})
    return frame[["group", *SIDES]]
