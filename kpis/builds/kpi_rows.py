"""The rows of an indicator: its select over the marts, with what must be left out.

Build and drill-down use the same statement, so a cell is the sum of its rows.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from kpis import periods, warehouse
from kpis.builds.imports import Import
from kpis.definitions import Kpi
from kpis.warehouse import fill, identifier, literal, literals


def measuring(kpi: Kpi, imports: list[Import]) -> list[Import]:
    """Return the imports that measure an indicator.

    An export without a column that the indicator needs (no arrival times, say) takes
    no part in it: what was not measured is never counted as missed.
    """
    return [
        one
        for one in imports
        if one.source in kpi.population.needs
        and one.columns.issuperset(kpi.population.needs[one.source])
    ]


def rows(
    kpi: Kpi,
    imports: list[Import],
    condition: str = "true",
    chosen: dict[str, list[str] | None] | None = None,
) -> str:
    """Return the `with` clause that ends in `kpi_rows`, the indicator's rows.

    `condition` is SQL over the columns of the select. `chosen` has, by dimension, the
    members that count in place of the default's; None for all, "" for not stated.
    """
    parts = [_mart(source, kpi, imports) for source in kpi.population.needs]
    parts += [measured(name) for name in kpi.population.reads]
    if kpi.population.stage == "after_cube":
        parts.append(warehouse.text("results/month_figures"))
    if kpi.population.exposure:
        spans = covered(kpi, imports) or [(periods.LAST_DAY, periods.FIRST_DAY)]
        values = ", ".join(f"({_day(first)}, {_day(last)})" for first, last in spans)
        parts.append(fill(f"results/exposure_{kpi.population.exposure}", spans=values))
    defaults = [
        _one_of(dimension, values)
        for dimension, values in (
            (kpi.population.default or {}) | (chosen or {})
        ).items()
        if values is not None
    ]
    return fill(
        "results/kpi_rows",
        parts=",\n\n".join(parts),
        select=kpi.sql,
        condition=" and ".join([f"({condition})", *defaults]),
    )


def columns(kpi: Kpi) -> dict[str, str]:
    """Return the columns of a cell that are not the same for every indicator, as SQL.

    Squares serve intervals: amounts have none, and those of pounds would overflow.
    """
    squares = {
        "numerator_squared": "sum(numerator * numerator)",
        "denominator_squared": "sum(denominator * denominator)",
        "product": "sum(numerator * denominator)",
    }
    if kpi.measure.counts == "amounts":
        squares = dict.fromkeys(squares, "null")
    return {
        "part": "part" if kpi.measure.kind == "difference" else "''",
        "base": "count(row_id)" if kpi.measure.base == "rows" else "sum(base)",
        **squares,
    }


def covered(kpi: Kpi, imports: list[Import]) -> list[tuple[date, date]]:
    """Return the spans of days that exports measure, for which exposure counts."""
    return sorted({span for one in measuring(kpi, imports) for span in one.spans})


def within(spans: Iterable[tuple[date, date]]) -> str:
    """Return the condition that a row's day lies in one of some spans."""
    return (
        " or ".join(
            f"on_date between {_day(first)} and {_day(last)}" for first, last in spans
        )
        or "false"
    )


def _mart(source: str, kpi: Kpi, imports: list[Import]) -> str:
    own = [one.import_id for one in imports if one.source == source]
    chosen = [one.import_id for one in measuring(kpi, imports) if one.source == source]
    is_all = chosen == own
    return measured(source, "true" if is_all else _one_of("import_id", chosen))


def measured(mart: str, condition: str = "true") -> str:
    """Return the clause of a mart's rows that take part, for a statement's `with`."""
    return fill(
        "results/measured_mart",
        mart=identifier(mart),
        view=identifier(f"mart_{mart}"),
        condition=condition,
    )


def _day(day: date) -> str:
    return f"date {literal(day.isoformat())}"


def _one_of(column: str, values: Sequence[str]) -> str:
    if not values:
        return "false"
    name = identifier(column)
    found = f"{name} in ({literals(values)})"
    return f"({found} or {name} is null)" if "" in values else found
