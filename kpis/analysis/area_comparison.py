"""Areas beside each other in one period: who differs from the whole, how surely."""

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
# what is judged: anything else is too small, or may not be told
JUDGED = ("value", "provisional")
# fewer areas are no spread to be compared with
FEWEST = 3
# kinds whose numerators and denominators add up over areas
ADD_UP = ("proportion", "rate", "ratio", "mean")
# limits are computed, not counted: they keep a decimal
MANY = 1e9
COLUMNS = [
    "area", "name", "value", "lower", "upper", "n", "numerator", "denominator",
    "cases", "state", "reason",
    "centre", "lower_95", "upper_95", "lower_998", "upper_998", "outlier", "meaning",
    "first_place", "last_place",
]  # fmt: skip

GROUP_COLUMNS = ["group", "areas", "value", "n"]
_NO_GROUPS = pd.DataFrame(columns=[*GROUP_COLUMNS, "kpi", "period_start", "by"])


def kind_of(kpi: Kpi) -> str:
    """Return the kind of area in which an indicator is compared, "" for none.

    That of boroughs where they have a figure, though it may come from their counters.
    """
    return next((kind for kind in KINDS if kind in kpi.population.smallest_period), "")


def areas(build: Build, kpi_id: str, period: Period, by: str) -> pd.DataFrame:
    """Return COLUMNS, a row for each area that exists then, the highest value first.

    `cases` is what a funnel has on its level axis: the denominator, effective where
    answers are weighted. Limits and `outlier` are the funnel's, NaN and False for an
    indicator that chance does not move, or an area with too few cases; `meaning` is
    "improvement", "concern", "change" or "". `first_place` and `last_place` enclose the
    place of an area with 95 % for all areas together. `.attrs` has `note`, in a
    sentence, `phi`, `tau2`, `centre` and `kind` ("" where no funnel is drawn).

    UserError where the indicator has no figure of single areas.
    """
    kpi = build.kpis[kpi_id]
    kind = kind_of(kpi)
    if not kind:
        raise UserError(f"'{kpi.wording.title}' is measured for the whole force only.")
    codes = [code for code, one in build.places.kinds.items() if one == kind]
    found = queries.series(build, [kpi_id], codes, *period, by)
    found = found[found["period_end"].dt.date == period[1]]
    # a site that was not open yet has no cases, and is not missing
    is_nothing = found["state"].eq("too_few") & ~(found["n"] > 0)
    is_there = found["state"].ne("not_applicable") & ~is_nothing
    found = found[is_there].reset_index(drop=True)
    found["name"] = found["area"].map(build.names)
    is_judged = found["state"].isin(JUDGED)
    why_not = _why_no_funnel(kpi, int(is_judged.sum()), len(found))
    if why_not:
        found = found.reindex(columns=COLUMNS).assign(outlier=False, meaning="")
        found.attrs = {"note": why_not, "kind": ""}
        return _highest_first(found)
    return _highest_first(_with_funnel(found, kpi, is_judged))


def groups(build: Build, compared: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return the figures of groups of boroughs: group, areas (codes), value, n.

    `compared` is of `areas`. A group's figure is of all its boroughs together, so it is
    told only where each of them has a figure, and where parts add up to a whole.
    """
    rows = []
    if kpi.measure.kind in ADD_UP:
        members: dict[str, list[str]] = {}
        for name, code in build.table("peer_groups"):
            members.setdefault(name, []).append(code)
        known = compared[compared["value"].notna()].set_index("area")
        for name, codes in members.items():
            if set(codes) <= set(known.index):
                own = known.loc[codes]
                whole = own["denominator"].sum()
                value = own["numerator"].sum() / whole if whole else float("nan")
                rows.append((name, codes, value, own["n"].sum()))
    found = pd.DataFrame(rows, columns=GROUP_COLUMNS)
    return found[found["value"].notna()]


def groups_of_all(build: Build, latest: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of groups of boroughs of many indicators, each in one period.

    `latest` has kpi, period_start, period_end and by, a row an indicator. Columns of
    `groups`, with kpi, period_start and by; where boroughs have no figure of their own
    there are no rows.
    """
    codes = [code for code, kind in build.places.kinds.items() if kind == "bocu"]
    has_boroughs = [one for one, kpi in build.kpis.items() if kind_of(kpi) == "bocu"]
    of_boroughs = latest[latest["kpi"].isin(has_boroughs)]
    frames = []
    for (start, end, by), asked in of_boroughs.groupby(
        ["period_start", "period_end", "by"]
    ):
        ends = start.date(), end.date()
        found = queries.series(build, list(asked["kpi"]), codes, *ends, by)
        of_period = found[found["period_end"] == end]
        frames += [
            groups(build, own, build.kpis[kpi_id]).assign(
                kpi=kpi_id, period_start=start, by=by
            )
            for kpi_id, own in of_period.groupby("kpi")
        ]
    return pd.concat(frames, ignore_index=True) if frames else _NO_GROUPS


def sentence(row: pd.Series, kpi: Kpi) -> str:
    """Say of one area whether it differs from the whole, and from what chance allows.

    `row` is one of `areas`.
    """
    if pd.isna(row["value"]):
        return f"{row['name']}: {formatting.missing(row['state'])}. {row['reason']}"
    own = formatting.with_unit(formatting.of_cell(row, kpi.measure), kpi.measure.unit)
    if pd.isna(row["centre"]):
        is_few = row["state"] == "too_few"
        return f"{row['name']}: {own}. {row['reason'] if is_few else ''}".strip()
    centre = formatting.figure(row["centre"], kpi.measure.unit, MANY)
    low, high = (
        formatting.figure(row[f"{side}_998"], kpi.measure.unit, MANY)
        for side in ("lower", "upper")
    )
    said = (
        f"{row['name']}: {own}; all together {centre}. An area of its size that is "
        f"like the others lies between {low} and {high}"
    )
    if row["meaning"]:
        return f"{said}: it differs by more than chance explains."
    if row["outlier"]:
        return f"{said}: it is outside, as many are, for reasons not measured here."
    return f"{said}: no clear difference."


def places(row: pd.Series, count: int) -> str:
    """Say which places an area may have of so many: "3 to 11 of 32"."""
    if pd.isna(row["first_place"]):
        return ""
    first, last = int(row["first_place"]), int(row["last_place"])
    return f"{first} of {count}" if first == last else f"{first} to {last} of {count}"


def _with_funnel(found: pd.DataFrame, kpi: Kpi, is_judged: pd.Series) -> pd.DataFrame:
    whole = found["denominator"].where(is_judged)
    # weighted answers count as their effective number
    size = found["cases"].where(is_judged)
    events = found["numerator"] * (size / whole)
    make = funnel.proportion if kpi.measure.kind == "proportion" else funnel.rate
    limits = make(events, size)
    confidence = intervals.of_each(max(int(is_judged.sum()), 1))
    interval = (
        intervals.wilson if kpi.measure.kind == "proportion" else intervals.poisson_rate
    )
    first, last = intervals.rank_intervals(*interval(events, size, confidence))
    own = ["centre", "lower_95", "upper_95", "lower_998", "upper_998", "outlier"]
    both = found.assign(
        **limits[own], cases=size, first_place=first, last_place=last, meaning=""
    )
    attrs = {**limits.attrs, "note": funnel.note(limits), "kind": kpi.measure.kind}
    attrs["centre"] = float(both["centre"].max())
    if attrs["phi"] <= funnel.LARGE_PHI or attrs["tau2"] > 0:
        both["meaning"] = _meanings(both, kpi.judging.better)
    both = both.reindex(columns=COLUMNS)
    both.attrs = attrs
    return both


def _meanings(found: pd.DataFrame, better: str) -> np.ndarray:
    is_high = found["value"] > found["centre"]
    if better not in ("higher", "lower"):
        return np.where(found["outlier"], "change", "")
    is_good = is_high == (better == "higher")
    return np.where(found["outlier"], np.where(is_good, "improvement", "concern"), "")


def _why_no_funnel(kpi: Kpi, count: int, total: int) -> str:
    if kpi.measure.counts == "amounts":
        return (
            "No funnel: hours, money and staff are moved by decisions, and not by "
            "chance."
        )
    if kpi.population.stage == "published":
        return "No funnel: the figures were published without their numbers of cases."
    if not kpi.measure.allows_funnel:
        return "No funnel: it is drawn for shares and rates of single cases."
    if count < FEWEST:
        return (
            f"{count} of {total} areas have enough cases to be compared: choose a "
            "longer kind of period."
        )
    return ""


def _highest_first(found: pd.DataFrame) -> pd.DataFrame:
    attrs = found.attrs
    ordered = found.sort_values(
        ["value", "name"], ascending=[False, True], na_position="last"
    ).reset_index(drop=True)
    ordered.attrs = attrs
    return ordered
