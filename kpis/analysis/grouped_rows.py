"""Drill-down: an indicator's rows, filtered and grouped by what they tell.

The rows are those of its figure, so what is grouped adds up to it, and what is listed
is what was counted.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from kpis.builds import kpi_rows
from kpis.definitions import Kpi
from kpis.errors import UserError, unknown
from kpis.periods import Period
from kpis.results import Build, cells, queries
from kpis.warehouse import fill, identifier

# told by every row, whatever the indicator
ALWAYS = {"month": "strftime(on_date, '%Y-%m')", "area": "area_code"}
# between the members of several dimensions: no text of a file holds it
SEPARATOR = "\x1f"
FIGURES = ["n", "numerator", "denominator", "value", "lower", "upper"]


def grouped(
    build: Build,
    kpi_id: str,
    area: str,
    period: Period,
    by: Sequence[str],
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Return FIGURES of the groups that `by` makes, each of them a column of texts.

    `by` are dimensions of the indicator, "month" or "area"; without any there is one
    row, the whole. `chosen` has, by dimension, the members that count ("" for not
    stated) in place of those that count by default. A dimension in `by` has all its
    members unless it is chosen from. UserError names the dimensions that there are.
    """
    kpi = build.kpis[kpi_id]
    kept = _kept(kpi, by, chosen or {})
    rows = kpi_rows.rows(kpi, build.imports, kpi_rows.within([period]), kept)
    columns = [ALWAYS.get(one, identifier(one)) for one in by]
    texts = [f"coalesce({one}::varchar, '')" for one in columns]
    member = f" || '{SEPARATOR}' || ".join(texts) or "''"
    words = {"rows": rows, "member": member}
    if kpi.measure.has_values:
        sql = fill("results/breakdown_values", **words)
    else:
        sql = fill("results/breakdown", **words, **kpi_rows.columns(kpi))
    codes = [code for _, code in build.places.members([area])]
    counted = build.warehouse.query(sql, [area, codes])
    found = cells.of_members(kpi, counted, period[0])
    parts = [one.split(SEPARATOR) for one in found["member"]]
    groups = {name: [part[place] for part in parts] for place, name in enumerate(by)}
    return pd.DataFrame({**groups, **{name: found[name] for name in FIGURES}})


def rows(
    build: Build,
    kpi_id: str,
    area: str,
    period: Period,
    chosen: Mapping[str, Sequence[str]] | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Return the rows that `grouped` counts, as `results.rows` does."""
    kept = _kept(build.kpis[kpi_id], (), chosen or {})
    return queries.rows(build, kpi_id, area, *period, limit, kept)


def _kept(
    kpi: Kpi, by: Sequence[str], chosen: Mapping[str, Sequence[str]]
) -> dict[str, list[str] | None]:
    """Return the members that count, by dimension; None for all of them."""
    if kpi.disclosure.is_needed and (chosen or by):
        raise UserError(
            f"'{kpi.wording.title}' is about people: it is not broken down."
        )
    own = [one for one in by if one not in ALWAYS]
    for one in (*own, *chosen):
        if one not in kpi.population.dimensions:
            raise UserError(
                unknown(f"dimension of {kpi.id}", one, kpi.population.dimensions)
            )
    all_of = dict.fromkeys(own)
    return all_of | {one: list(members) for one, members in chosen.items()}
