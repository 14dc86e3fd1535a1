"""What the select of an indicator takes from its marts: names, areas and days of rows.

It is read from DuckDB's parse tree and not run. A row must lead to its file and line,
and a filter by area or day must reach the files of the marts, so `row_id`, `area_code`
and `on_date` are columns as the mart has them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kpis import warehouse
from kpis.definitions import contracts, sources
from kpis.definitions.contracts import Contract
from kpis.definitions.indicator_model import Kpi
from kpis.definitions.sources import Mart

Node = dict[str, Any]
# clauses that every statement may read beside the marts
CLAUSES = ("residents", "months", "month_figures")
JOINS = {"||", "concat"}


@dataclass(frozen=True)
class Origin:
    """Where a column of a select comes from: its expression, and the tables there."""

    expression: Node
    tables: tuple[str, ...]

    @property
    def column(self) -> str:
        """Return the name of the column that is taken as it stands, or ""."""
        is_column = self.expression["class"] == "COLUMN_REF"
        return self.expression["column_names"][-1] if is_column else ""

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for every row."""
        return self.expression["class"] == "CONSTANT"


@dataclass(frozen=True)
class Scope:
    """A select, and the selects that have a name in it."""

    node: Node
    named: dict[str, "Scope"] = field(default_factory=dict)


def faults(kpi: Kpi) -> Iterator[str]:
    """Yield what keeps the rows of a select from their lines, or a filter from files.

    The select runs. Of what cannot be followed, such as a star, nothing is said.
    """
    if kpi.population.stage == "after_cube":
        return
    tree = json.loads(warehouse.parse(kpi.sql))
    scope = _scope(tree["statements"][0]["node"], {})
    marts = {name: sources.mart(name) for name in kpi.population.needs}
    yield from dict.fromkeys(_row_id_faults(scope, marts))
    marts |= {name: sources.mart(name) for name in kpi.population.reads}
    yield from dict.fromkeys(_on_date_faults(scope, marts))
    yield from dict.fromkeys(_area_faults(scope, kpi))


def _row_id_faults(scope: Scope, marts: dict[str, Mart]) -> Iterator[str]:
    named = {f"{name}:": mart.ref for name, mart in marts.items()}
    for origin in _origins(scope, "row_id"):
        if not (_is_null(origin) or _names_a_row(origin.expression, named)):
            written = " or ".join(f"'{name}' || {ref}" for name, ref in named.items())
            yield f"row_id must be {written}, or a row leads to no file and line."


def _names_a_row(expression: Node, named: dict[str, str]) -> bool:
    """Whether an expression is a source, a colon and the first column of its mart."""
    if expression.get("function_name") not in JOINS:
        return False
    parts = [part["expression"] for part in expression["arguments"]]
    if len(parts) != 2 or parts[0]["class"] != "CONSTANT":
        return False
    ref = named.get(parts[0]["literal"]["text"])
    return parts[1]["class"] == "COLUMN_REF" and parts[1]["column_names"][-1] == ref


def _on_date_faults(scope: Scope, marts: dict[str, Mart]) -> Iterator[str]:
    for origin in _origins(scope, "on_date"):
        days = [marts[name].on_date for name in origin.tables if name in marts]
        listed = " or ".join(dict.fromkeys(days))
        if not origin.column:
            yield (
                "on_date must be a column of a mart as it stands, or no filter reaches "
                f"the files: {listed}."
            )
        elif days and origin.column not in days and not set(CLAUSES) & {*origin.tables}:
            yield (
                "on_date must be the day of the mart's row, by which its months are "
                f"kept: {listed}."
            )


def _area_faults(scope: Scope, kpi: Kpi) -> Iterator[str]:
    known = contracts.load_all()
    for origin in _origins(scope, "area_code"):
        if not (origin.column or origin.is_constant):
            yield (
                "area_code must be a column of a mart as it stands, or no filter "
                "reaches the files."
            )
        for source in origin.tables:
            kind = _place(known.get(source), origin.column)
            if kind and kpi.population.area not in (kind, "mps"):
                yield (
                    f"{origin.column} holds codes of a {kind}, and area = "
                    f"'{kpi.population.area}'."
                )


def _place(contract: Contract | None, column: str) -> str:
    """Return the kind of place that a column holds codes of; "" if there are many."""
    found = contract.columns.get(column) if contract else None
    return found.reference if found and found.reference != "area" else ""


def _is_null(origin: Origin) -> bool:
    kind = origin.expression.get("literal", {}).get("kind")
    return origin.is_constant and kind == "NULL_LITERAL"


def _scope(node: Node, named: dict[str, Scope]) -> Scope:
    """Return a select with the names that its own `with` and an outer one give."""
    known = dict(named)
    for one in node.get("cte_map", {}).get("map", []):
        known[one["key"]] = _scope(one["value"]["query_node"], known)
    return Scope(node, known)


def _origins(scope: Scope, column: str) -> Iterator[Origin]:
    """Yield where a column comes from, one for each select of a union."""
    for part in _parts(scope):
        place = _place_of(_first(scope).node, column)
        listed = part.node["select_list"]
        if _has_star(listed):
            yield from _through_star(part, column)
        elif place is not None and place < len(listed):
            yield from _followed(part, listed[place])


def _parts(scope: Scope) -> Iterator[Scope]:
    if scope.node["type"] != "SET_OPERATION_NODE":
        yield scope
        return
    for child in scope.node["children"]:
        yield from _parts(_scope(child, scope.named))


def _first(scope: Scope) -> Scope:
    """Return the first select of a union: it names the columns."""
    return next(_parts(scope))


def _place_of(node: Node, column: str) -> int | None:
    for place, item in enumerate(node["select_list"]):
        if column == (item["alias"] or item.get("column_names", [""])[-1]):
            return place
    return None


def _has_star(listed: list[Node]) -> bool:
    return any(item["class"] == "STAR" for item in listed)


def _through_star(part: Scope, column: str) -> Iterator[Origin]:
    """Follow a column through `select * from own`; other stars are not followed."""
    inner = list(_tables(part, part.node["from_table"]).values())
    if len(part.node["select_list"]) == len(inner) == 1 and isinstance(inner[0], Scope):
        yield from _origins(inner[0], column)


def _followed(part: Scope, item: Node) -> Iterator[Origin]:
    tables = _tables(part, part.node["from_table"])
    if item["class"] == "COLUMN_REF":
        *table, column = item["column_names"]
        read = tables.get(table[-1]) if table else _only(tables)
        if isinstance(read, Scope):
            yield from _origins(read, column)
            return
        tables = {table[-1]: read} if table and read else tables
    yield Origin(item, tuple(one for one in tables.values() if isinstance(one, str)))


def _only(tables: dict[str, Scope | str]) -> Scope | str | None:
    return next(iter(tables.values())) if len(tables) == 1 else None


def _tables(part: Scope, read: Node) -> dict[str, Scope | str]:
    """Return what a select reads, by the names there: other selects, or tables."""
    if read["type"] == "JOIN":
        return _tables(part, read["left"]) | _tables(part, read["right"])
    if read["type"] == "SUBQUERY":
        return {read["alias"]: _scope(read["subquery"]["node"], part.named)}
    if read["type"] == "BASE_TABLE":
        name = read["table_name"]
        found = part.named.get(name)
        return {read["alias"] or name: found if found else str(name)}
    return {}
