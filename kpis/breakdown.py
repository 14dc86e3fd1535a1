"""What lies behind a figure: its parts by any dimension, and why it changed."""

from datetime import date

import pandas as pd

from kpis import cells, decomposition, results, rowsource
from kpis.built import Build
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.registry import Kpi
from kpis.warehouse import fill, identifier

BY_AREA = "area"
# numerator and denominator that add up, so that a change has exact parts
SPLIT_KINDS = ("proportion", "rate", "ratio", "mean")
HIDDEN_AREAS = "Areas not shown apart"


def by_dimension(
    build: Build, kpi_id: str, area: str, start: date, end: date, dimension: str
) -> pd.DataFrame:
    """Return member, n, numerator, denominator, value, lower, upper of a dimension.

    Members that the indicator leaves out by default are there too: each stands for
    itself. UserError names the dimensions that the indicator has.
    """
    kpi = build.kpis[kpi_id]
    if dimension not in kpi.dimensions:
        raise UserError(unknown(f"dimension of {kpi_id}", dimension, kpi.dimensions))
    rows = rowsource.rows(
        kpi, build.imports, rowsource.within([(start, end)]), {dimension: None}
    )
    words = {"rows": rows, "dimension": identifier(dimension)}
    if kpi.has_values:
        sql = fill("results/breakdown_values", **words)
    else:
        sql = fill("results/breakdown", **words, **rowsource.columns(kpi))
    codes = [code for _, code in results.members(build, [area])]
    return cells.of_members(kpi, build.warehouse.query(sql, [area, codes]), start)


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
    `decomposition.split` for the columns. UserError where a change has no parts: a
    median is no sum, and one of the periods may have no figure.
    """
    kpi = build.kpis[kpi_id]
    if kpi.kind not in SPLIT_KINDS:
        raise UserError(
            f"The change of a {kpi.kind} has no parts: it is not a sum over a sum."
        )
    whole = [_whole(build, kpi, area, period, by) for period in (before, after)]
    if dimension == BY_AREA:
        sides = [
            _by_area(build, kpi, one, period, by)
            for one, period in zip(whole, (before, after), strict=True)
        ]
    else:
        sides = [
            _by_member(build, kpi, area, period, dimension)
            for period in (before, after)
        ]
    both = sides[0].merge(sides[1], on="group", how="outer", suffixes=_SIDES)
    return decomposition.split(both.fillna(0.0))


_SIDES = ("_before", "_after")


def _whole(build: Build, kpi: Kpi, area: str, period: Period, by: str) -> pd.Series:
    cell = results.series(build, [kpi.id], [area], *period, by).iloc[-1]
    if pd.isna(cell["value"]):
        raise UserError(
            f"{build.names[area]} has no figure to compare: {cell['reason']}"
        )
    return cell


def _by_area(build: Build, kpi: Kpi, whole: pd.Series, period, by: str) -> pd.DataFrame:
    """Return the parts of the force; what no area shows is one part of its own."""
    kinds = build.places.kinds
    codes = [code for code, kind in kinds.items() if kind == kpi.area]
    frame = results.series(build, [kpi.id], codes, *period, by)
    frame = frame[frame["denominator"].notna() & ~frame["state"].isin(_UNKNOWN)]
    parts = pd.DataFrame(
        {
            "group": frame["area"].map(build.names),
            "numerator": frame["numerator"],
            "denominator": frame["denominator"],
        }
    )
    rest = {
        name: whole[name] - parts[name].sum() for name in ("numerator", "denominator")
    }
    return pd.concat(
        [parts, pd.DataFrame([{"group": HIDDEN_AREAS, **rest}])], ignore_index=True
    )


_UNKNOWN = ("not_measured", "suppressed", "not_reliable")


def _by_member(build: Build, kpi: Kpi, area, period, dimension: str) -> pd.DataFrame:
    frame = by_dimension(build, kpi.id, area, *period, dimension)
    kept = (kpi.default or {}).get(dimension)
    if kept is not None:
        frame = frame[frame["member"].isin(kept)]
    frame = frame.rename(columns={"member": "group"})
    return frame[["group", "numerator", "denominator"]]
