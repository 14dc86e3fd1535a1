"""Why a figure changed: a change between two periods, split into its parts, in words.

Parts are boroughs (or sites, or facilities) for the force, or the members of a
dimension for any area.
"""

import pandas as pd

from kpis import formatting
from kpis.analysis import breakdown
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.periods import Period
from kpis.results import Build, queries
from kpis.statistics import Split, decomposition

BY_AREA = "area"
REST = "Not located, or not shown apart"
SIDES = ["numerator", "denominator"]
MOST_NAMED = 3
# there is no figure of the area, or it may not be shown
UNKNOWN = ("not_measured", "not_applicable", "suppressed", "not_reliable")
_NOT_SPLIT = "This change cannot be split into parts"
_WHY_NOT = {
    "median": "A median is taken from single values, and the medians of the parts do "
    "not add up to it.",
    "percentile": "A percentile is taken from single values, and the percentiles of "
    "the parts do not add up to it.",
    "difference": "A difference is made of two shares, each with parts of its own: "
    "split the two shares.",
    "sum": "A sum is not divided by anything: its parts are simply added up.",
}


def split(
    build: Build,
    kpi_id: str,
    area: str,
    before: Period,
    after: Period,
    by: str,
    dimension: str = BY_AREA,
) -> Split:
    """Split the change of a figure between two periods of one length into its parts.

    Groups are areas, by name, or members of the dimension. UserError where a change has
    no parts, as that of a median, or where one of the periods has no figure.
    """
    kpi = build.kpis[kpi_id]
    periods = (before, after)
    cells = [_cell(build, kpi, area, period, by) for period in periods]
    if dimension == BY_AREA:
        sides = _by_area(build, kpi, cells, periods, by)
    else:
        sides = [_by_member(build, kpi, area, period, dimension) for period in periods]
    parts = sides[0].merge(
        sides[1], on="group", how="outer", suffixes=("_before", "_after")
    )
    return split_parts(parts, kpi.measure.kind)


def split_parts(parts: pd.DataFrame, kind: str) -> Split:
    """Split the change of an indicator of this kind, as `decomposition.split` does.

    UserError says why it cannot be split.
    """
    if kind in _WHY_NOT:
        raise UserError(f"{_NOT_SPLIT}. {_WHY_NOT[kind]}")
    try:
        return decomposition.split(parts)
    except decomposition.NoDenominatorError as error:
        raise UserError(
            f"{_NOT_SPLIT}: the period {error.period} has nothing to divide by. "
            "Choose a period that has a figure."
        ) from None
    except decomposition.OneSideMissingError as error:
        raise UserError(
            f"{_NOT_SPLIT}: in one of the two periods one side of the division is "
            f"missing for {', '.join(error.groups[:MOST_NAMED])}. Choose periods in "
            "which each part has both."
        ) from None


def in_words(found: Split, unit: str, groups: str = "boroughs") -> str:
    """Say what a split found: how far the whole moved, by what, and where the most.

    Its groups are named as people call them; `unit` is the indicator's, `groups` what
    the groups are.
    """
    sentences = [
        _whole(found, unit),
        _rate_and_mix(found, unit, groups),
        _most(found, unit),
        warning(found),
    ]
    return " ".join(filter(None, sentences))


def warning(found: Split) -> str:
    """Say that most groups moved against the whole, or return ""."""
    if abs(found.change) <= found.negligible:
        return ""
    moves = (found.table["after"] - found.table["before"]).dropna()
    moves = moves.mask(moves.abs() <= found.negligible, 0)
    rises = found.change > 0
    against = int((moves < 0).sum() if rises else (moves > 0).sum())
    if against * 2 <= len(moves):
        return ""
    whole, parts = ("risen", "fallen") if rises else ("fallen", "risen")
    # the groups' own moves went the way of the whole, or only their shares did
    is_by_few = found.rate * found.change > 0
    where = "higher" if rises else "lower"
    why = (
        "Others moved further, or weigh more."
        if is_by_few
        else f"More of the whole is now where the figure is {where}."
    )
    return (
        f"Take care: the whole has {whole}, but {against} of its {len(moves)} parts "
        f"have {parts}. {why}"
    )


def signed(value: float, unit: str) -> str:
    """Return how far a part moved the whole, and which way: "+0.4 points"."""
    if abs(value) < decomposition.NOTHING:
        return formatting.NO_FIGURE
    words = _distance(value, unit)
    return words if words.startswith("less") else f"{'+−'[value < 0]}{words}"


def _cell(build: Build, kpi: Kpi, area: str, period: Period, by: str) -> pd.Series:
    cell = queries.series(build, [kpi.id], [area], *period, by).iloc[-1]
    if pd.isna(cell["value"]):
        raise UserError(
            f"{build.names[area]} has no figure to compare: {cell['reason']}"
        )
    return cell


def _by_area(
    build: Build,
    kpi: Kpi,
    cells: list[pd.Series],
    periods: tuple[Period, Period],
    by: str,
) -> list[pd.DataFrame]:
    """Return the parts of the force in each period, by area.

    An area that is not shown in one of them is, in both, part of the rest.
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
        _with_rest(frame.loc[is_known, SIDES].rename(build.names), cell)
        for frame, cell in zip(frames, cells, strict=True)
    ]


def _with_rest(parts: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    rest = {name: round(whole[name] - parts[name].sum(), 6) for name in SIDES}
    if any(rest.values()):
        parts = pd.concat([parts, pd.DataFrame(rest, index=[REST])])
    return parts.rename_axis("group").reset_index()


def _by_member(
    build: Build, kpi: Kpi, area: str, period: Period, dimension: str
) -> pd.DataFrame:
    frame = breakdown.by_dimension(build, kpi.id, area, *period, dimension)
    counted = frame.loc[~frame["is_left_out"], ["member", *SIDES]]
    return counted.rename(columns={"member": "group"})


def _whole(found: Split, unit: str) -> str:
    before, after = _level(found.before, unit), _level(found.after, unit)
    after = formatting.with_unit(after, unit)
    if abs(found.change) <= found.negligible:
        return f"It has not changed: {after}."
    way = "rose" if found.change > 0 else "fell"
    return f"It {way} from {before} to {after}, by {_distance(found.change, unit)}."


def _rate_and_mix(found: Split, unit: str, groups: str) -> str:
    if max(abs(found.rate), abs(found.mix)) <= found.negligible:
        return ""
    own, mix = (_moved(value, unit, found) for value in (found.rate, found.mix))
    return f"Changes within {groups} {own}; shifts between {groups} {mix}."


def _most(found: Split, unit: str) -> str:
    """Name the groups that moved the whole the most, in the way in which it went."""
    if abs(found.change) <= found.negligible:
        return ""
    total = found.table["total"]
    is_along = (total * found.change > 0) & (total.abs() > found.negligible)
    along = found.table[is_along][:MOST_NAMED]
    *others, last = (
        f"{group} ({_distance(total, unit)})"
        for group, total in zip(along["group"], along["total"], strict=True)
    )
    return f"Most of it: {', '.join(others)}{' and ' if others else ''}{last}."


def _moved(value: float, unit: str, found: Split) -> str:
    if abs(value) <= found.negligible:
        return "did not move it"
    return f"{'raised' if value > 0 else 'lowered'} it by {_distance(value, unit)}"


def _level(value: float, unit: str) -> str:
    if unit.startswith("percent"):
        return formatting.exact(round(value, 3), unit)
    return formatting.figure(value, unit)


def _distance(value: float, unit: str) -> str:
    """Return how far, without a sign; of a share in points with a decimal."""
    if not unit.startswith("percent"):
        return formatting.figure(abs(value), unit)
    if 0 < abs(value) < 0.0005:
        return "less than 0.1 points"
    points = formatting.exact(round(abs(value), 3), "points")
    return points.replace("points", "point") if round(abs(value), 3) == 0.01 else points
