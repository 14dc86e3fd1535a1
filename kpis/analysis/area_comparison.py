"""Areas next to each other in one period: who differs from the whole, how surely."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpis import formatting
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.periods import Period
from kpis.results import Build, queries
from kpis.statistics import funnel, intervals

KINDS = ("bocu", "site", "facility")
NAMES = {"bocu": "boroughs", "site": "call-handling sites", "facility": "counters"}
# states that are tested: others have too few cases, or may not be shown
TESTED = ("value", "provisional")
# with fewer areas there is no spread to compare one with
FEWEST = 3
# limits are calculated, not counted: they keep a decimal
MANY = 1e9
COLUMNS = [
    "area", "name", "value", "lower", "upper", "n", "numerator", "denominator",
    "cases", "state", "reason", "caveat",
    "centre", "lower_95", "upper_95", "lower_998", "upper_998", "outlier", "meaning",
    "first_place", "last_place",
]  # fmt: skip
OF_FUNNEL = ["centre", "lower_95", "upper_95", "lower_998", "upper_998", "outlier"]
GROUP_COLUMNS = ["group", "areas", "value", "n"]
_NO_GROUPS = pd.DataFrame(columns=[*GROUP_COLUMNS, "kpi", "period_start", "by"])
_NOT_TESTED = "Not tested for differences"


@dataclass(frozen=True)
class Funnel:
    """What a funnel is drawn from: proportion or rate, its centre, how areas vary.

    `phi` is how many times as much areas vary as chance makes them, `tau2` the variance
    by which limits are widened for it.
    """

    kind: str
    centre: float
    phi: float
    tau2: float

    @property
    def is_telling(self) -> bool:
        """Whether areas outside the limits are said to differ.

        Not where nearly all would be outside, for reasons that are not measured here.
        """
        return self.phi <= funnel.LARGE_PHI or self.tau2 > 0

    def limits_at(self, cases: np.ndarray) -> dict[str, np.ndarray]:
        """Return lower_95, upper_95, lower_998, upper_998 for areas of each size."""
        return funnel.limits_at(cases, self.kind, self.centre, self.tau2)


@dataclass(frozen=True)
class AreaComparison:
    """Areas of one indicator in one period.

    `table` has COLUMNS, a row for each area, the highest value first. `cases` is what a
    funnel has on its level axis: the denominator, effective where answers are weighted.
    Limits and `outlier` are the funnel's, NaN and False without one, or for an area
    with too few cases; `meaning` is "improvement", "concern", "change" or "".
    `first_place` and `last_place` enclose the place of an area with 95 % for all areas
    together. `note` says in a sentence who differs, or why that is not known; `funnel`
    is None for an indicator that chance does not move.
    """

    table: pd.DataFrame
    note: str
    funnel: Funnel | None


def kind_of(kpi: Kpi) -> str:
    """Return the kind of area in which an indicator is compared, "" for none.

    That of boroughs where they have a figure, though it may come from their counters.
    """
    return next((kind for kind in KINDS if kind in kpi.population.smallest_period), "")


def compare(build: Build, kpi_id: str, period: Period, by: str) -> AreaComparison:
    """Compare all areas that exist in a period.

    UserError where the indicator has no figure of single areas.
    """
    kpi = build.kpis[kpi_id]
    kind = kind_of(kpi)
    if not kind:
        raise UserError(f"'{kpi.wording.title}' is measured for the whole force only.")
    codes = [code for code, own in build.places.kinds.items() if own == kind]
    cells = queries.series(build, [kpi_id], codes, *period, by)
    cells = cells[cells["period_end"].dt.date == period[1]]
    # a site that was not open yet has no cases, and is not missing
    is_nothing = cells["state"].eq("too_few") & ~(cells["n"] > 0)
    is_there = cells["state"].ne("not_applicable") & ~is_nothing
    cells = cells[is_there].reset_index(drop=True)
    cells["name"] = cells["area"].map(build.names)
    is_tested = cells["state"].isin(TESTED)
    why_not = _why_no_funnel(kpi, int(is_tested.sum()), len(cells))
    if why_not:
        table = cells.reindex(columns=COLUMNS).assign(outlier=False, meaning="")
        return AreaComparison(_highest_first(table), why_not, None)
    return _in_funnel(cells, kpi, is_tested)


def groups(build: Build, table: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return the figures of groups of boroughs: group, areas (codes), value, n.

    `table` is that of a comparison. A group's figure is of all its boroughs together:
    it has one only where each of them has, and where parts add up to a whole.
    """
    rows = []
    if kpi.measure.is_pooled:
        members: dict[str, list[str]] = {}
        for group, code in build.table("peer_groups"):
            members.setdefault(group, []).append(code)
        known = table[table["value"].notna()].set_index("area")
        for group, codes in members.items():
            if set(codes) <= set(known.index):
                own = known.loc[codes]
                whole = own["denominator"].sum()
                value = own["numerator"].sum() / whole if whole else float("nan")
                rows.append((group, codes, value, own["n"].sum()))
    found = pd.DataFrame(rows, columns=GROUP_COLUMNS)
    return found[found["value"].notna()]


def groups_of_all(build: Build, latest: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of groups of boroughs for many indicators, each in one period.

    `latest` has kpi, period_start, period_end and by, a row an indicator. Columns of
    `groups`, with kpi, period_start and by; where boroughs have no figure of their own
    there are no rows.
    """
    codes = [code for code, kind in build.places.kinds.items() if kind == "bocu"]
    has_boroughs = [kpi.id for kpi in build.kpis.values() if kind_of(kpi) == "bocu"]
    of_boroughs = latest[latest["kpi"].isin(has_boroughs)]
    frames = []
    for _, alike in of_boroughs.groupby(["period_start", "period_end", "by"]):
        first = alike.iloc[0]
        start, end, by = first["period_start"], first["period_end"], first["by"]
        ends = start.date(), end.date()
        cells = queries.series(build, list(alike["kpi"]), codes, *ends, by)
        of_period = cells[cells["period_end"] == end]
        for kpi_id in of_period["kpi"].unique():
            own = of_period[of_period["kpi"] == kpi_id]
            found = groups(build, own, build.kpis[kpi_id])
            frames.append(found.assign(kpi=kpi_id, period_start=start, by=by))
    return pd.concat(frames, ignore_index=True) if frames else _NO_GROUPS


def sentence(row: pd.Series, kpi: Kpi) -> str:
    """Say of one area whether it differs from the whole, and what chance allows.

    `row` is one of a comparison's table.
    """
    return " ".join(filter(None, [_difference(row, kpi), row["caveat"]]))


def _difference(row: pd.Series, kpi: Kpi) -> str:
    if pd.isna(row["value"]):
        return f"{row['name']}: {formatting.of_state(row['state'])}. {row['reason']}"
    own = formatting.with_unit(formatting.of_cell(row, kpi.measure), kpi.measure.unit)
    if pd.isna(row["centre"]):
        is_few = row["state"] == "too_few"
        return f"{row['name']}: {own}. {row['reason'] if is_few else ''}".strip()
    centre, low, high = (
        formatting.figure(row[name], kpi.measure.unit, MANY)
        for name in ("centre", "lower_998", "upper_998")
    )
    said = (
        f"{row['name']}: {own}; all together {centre}. An area of its size would "
        f"normally be between {low} and {high}"
    )
    if row["meaning"]:
        return f"{said}: it differs by more than chance explains."
    if row["outlier"]:
        return f"{said}: it is outside, as many are, for reasons not measured here."
    return f"{said}: no clear difference."


def places(row: pd.Series, count: int) -> str:
    """Return which places an area may have of so many: "3 to 11 of 32"."""
    if pd.isna(row["first_place"]):
        return ""
    first, last = int(row["first_place"]), int(row["last_place"])
    return f"{first} of {count}" if first == last else f"{first} to {last} of {count}"


def note(table: pd.DataFrame, phi: float) -> str:
    """Say in a sentence how many areas a funnel shows to differ, or that it cannot."""
    areas = int(table["centre"].notna().sum())
    outliers = int(table["outlier"].sum())
    if not areas:
        return "No area has a figure."
    if phi > funnel.LARGE_PHI:
        return (
            f"These {areas} areas vary {phi:.0f} times as much as chance explains, for "
            "reasons that this indicator does not measure: their order says little."
        )
    if not outliers:
        return f"None of {areas} areas differs by more than chance explains."
    verb = "differs" if outliers == 1 else "differ"
    return f"{outliers} of {areas} areas {verb} by more than chance explains."


def _in_funnel(cells: pd.DataFrame, kpi: Kpi, is_tested: pd.Series) -> AreaComparison:
    whole = cells["denominator"].where(is_tested)
    # weighted answers count as their effective number
    size = cells["cases"].where(is_tested)
    events = cells["numerator"] * (size / whole)
    is_proportion = kpi.measure.kind == "proportion"
    limits = (funnel.proportion if is_proportion else funnel.rate)(events, size)
    confidence = intervals.of_each(max(int(is_tested.sum()), 1))
    interval = intervals.wilson if is_proportion else intervals.poisson_rate
    first, last = intervals.rank_intervals(*interval(events, size, confidence))
    table = cells.assign(
        **limits[OF_FUNNEL], cases=size, first_place=first, last_place=last, meaning=""
    )
    drawn = Funnel(
        kpi.measure.kind,
        float(table["centre"].max()),
        limits.attrs["phi"],
        limits.attrs["tau2"],
    )
    if drawn.is_telling:
        table["meaning"] = _meanings(table, kpi.judging.better)
    table = _highest_first(table.reindex(columns=COLUMNS))
    return AreaComparison(table, note(limits, drawn.phi), drawn)


def _meanings(table: pd.DataFrame, better: str) -> np.ndarray:
    is_high = table["value"] > table["centre"]
    if better not in ("higher", "lower"):
        return np.where(table["outlier"], "change", "")
    is_good = is_high == (better == "higher")
    return np.where(table["outlier"], np.where(is_good, "improvement", "concern"), "")


def _why_no_funnel(kpi: Kpi, count: int, total: int) -> str:
    if kpi.measure.counts == "amounts":
        return (
            f"{_NOT_TESTED}: hours, money and staff depend on decisions, not on chance."
        )
    if kpi.population.stage == "published":
        return f"{_NOT_TESTED}: the figures were published without numbers of cases."
    if not kpi.measure.allows_funnel:
        return f"{_NOT_TESTED}: only shares and rates of single cases can be."
    if count < FEWEST:
        areas = f"Only {count} of {total} areas have" if count else "No area has"
        return f"{areas} enough cases to be compared. Choose a longer period."
    return ""


def _highest_first(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(
        ["value", "name"], ascending=[False, True], na_position="last"
    ).reset_index(drop=True)
