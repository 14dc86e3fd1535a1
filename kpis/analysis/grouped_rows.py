"""Drill-down: an indicator's rows, filtered and grouped by their columns.

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

# every row has these, whatever the indicator
ALWAYS = {"month": "strftime(on_date, '%Y-%m')", "area": "area_code"}
# between the members of several dimensions: no text of a file contains it
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
    stated) instead of those that count by default. A dimension in `by` has all its
    members unless it is in `chosen`. UserError names the dimensions that there are.
    """
    kpi = build.kpis[kpi_id]
    kept = _kept(kpi, by, chosen or {})
    selected = kpi_rows.rows(kpi, build.imports, kpi_rows.within([period]), kept)
    columns = [ALWAYS.get(name, identifier(name)) for name in by]
    texts = [f"coalesce({column}::varchar, '')" for column in columns]
    member = f" || '{SEPARATOR}' || ".join(texts) or "''"
    parts = {"rows": selected, "member": member}
    if kpi.measure.has_values:
        sql = fill("results/breakdown_values", **parts)
    else:
        sql = fill("results/breakdown", **parts, **kpi_rows.columns(kpi))
    codes = [code for _, code in build.places.members([area])]
    counted = build.warehouse.query(sql, [area, codes])
    figures = cells.of_members(kpi, counted, period[0])
    members = [joined.split(SEPARATOR) for joined in figures["member"]]
    groups = {name: [own[place] for own in members] for place, name in enumerate(by)}
    return pd.DataFrame({**groups, **{name: figures[name] for name in FIGURES}})


def rows(
    build: Build,
    kpi_id: str,
    area: str,
    period: Period,
    chosen: Mapping[str, Sequence[str]] | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Return the rows that `grouped` counts, as `queries.rows` does."""
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
    dimensions = [name for name in by if name not in ALWAYS]
    for name in (*dimensions, *chosen):
        if name not in kpi.population.dimensions:
            raise UserError(
                unknown(f"dimension of {kpi.id}", name, kpi.population.dimensions)
            )
    every: dict[str, list[str] | None] = dict.fromkeys(dimensions)
    return every | {name: list(members) for name, members in chosen.items()}
