"""The rows of an indicator: its select over the marts, with what must be left out.

Build and drill-down use the same statement, so a cell is the sum of its rows.
"""

from kpis.registry import Kpi
from kpis.warehouse import fill, identifier, literals

# mart -> the stored columns that say when and where, by which it is sorted
MARTS = {
    "calls": ("offered_on", "call_site_code"),
    "incidents": ("created_on", "bocu_code"),
    "published_figures": ("period_start_on", "area_code"),
}


def measuring(kpi: Kpi, imports: list[dict]) -> dict[str, list[str] | None]:
    """Return for each source which imports measure the indicator; None means all.

    An export without a column that the indicator needs (no arrival times, say) takes
    no part in it: what was not measured is never counted as missed.
    """
    result: dict[str, list[str] | None] = {}
    for source, columns in kpi.needs.items():
        own = [one for one in imports if one["source"] == source]
        able = [one for one in own if set(columns) <= set(one["columns"])]
        ids = [one["import_id"] for one in able]
        result[source] = None if len(able) == len(own) else ids
    return result


def rows(kpi: Kpi, imports: list[dict], condition: str = "true") -> str:
    """Return the `with` clause that ends in `kpi_rows`, the indicator's rows.

    `condition` is SQL over the columns of the select.
    """
    marts = ",\n\n".join(
        fill(
            "results/measured_mart",
            mart=identifier(source),
            view=identifier(f"mart_{source}"),
            condition="true" if ids is None else _one_of("import_id", ids),
        )
        for source, ids in measuring(kpi, imports).items()
    )
    defaults = [
        _one_of(dimension, values) for dimension, values in (kpi.default or {}).items()
    ]
    return fill(
        "results/kpi_rows",
        marts=marts,
        select=kpi.sql,
        condition=" and ".join([condition, *defaults]),
    )


def _one_of(column: str, values: list[str]) -> str:
    if not values:
        return "false"
    return f"{identifier(column)} in ({literals(values)})"
