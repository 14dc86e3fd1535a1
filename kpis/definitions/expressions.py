"""Check the small SQL expressions that mappings and contracts may hold.

DuckDB's own parser reads them, so that what is checked is what will run: column
names, literals and a listed set of scalar functions pass; a subquery, a table
function, a window or anything that could touch a file does not.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kpis import warehouse
from kpis.errors import UserError, unknown

FUNCTIONS = frozenset([
    "+", "-", "*", "/", "%", "||", "~~", "!~~", "~~*", "!~~*", "abs", "ceil",
    "coalesce", "concat", "concat_ws", "contains", "date_part", "date_trunc",
    "datepart", "datetrunc", "ends_with", "floor", "greatest", "if", "last_day",
    "least", "left", "length", "lower", "lpad", "ltrim", "make_date", "make_timestamp",
    "mod", "nullif", "prefix", "regexp_extract", "regexp_full_match", "regexp_matches",
    "regexp_replace", "replace", "right", "round", "rpad", "rtrim", "split_part",
    "starts_with", "strftime", "strptime", "substr", "substring", "suffix", "to_days",
    "to_hours", "to_minutes", "to_months", "to_seconds", "to_weeks", "to_years", "trim",
    "trunc", "try_strptime", "upper",
])  # fmt: skip
# no expression for a column of an export is longer, nor a text that one pads
LONGEST = 10_000
WIDEST = 1_000
CLASSES = frozenset([
    "BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT",
    "FUNCTION", "OPERATOR", "TYPE",
])  # fmt: skip


def check(expression: str, columns: Iterable[str] | None, where: str) -> set[str]:
    """Return the columns that `expression` names; UserError for what is not allowed.

    `columns` are those that exist, or None while they are not known. `where` tells the
    user the file and key in which the expression stands.
    """
    columns = None if columns is None else list(columns)
    if len(expression) > LONGEST:
        raise UserError(f"{where}: an expression has at most {LONGEST:,} characters.")
    try:
        return _check(expression, columns, where)
    except RecursionError:
        raise UserError(
            f"{where}: `{expression[:40]} ...` is nested too deeply."
        ) from None


def _check(expression: str, columns: list[str] | None, where: str) -> set[str]:
    tree = json.loads(warehouse.parse_expression(closed(expression)))
    if tree["error"]:
        raise UserError(f"{where}: {tree['error_message']} in `{expression}`.")
    node = tree["statements"][0]["node"]
    clauses = (
        "where_clause", "modifiers", "group_expressions", "having", "qualify", "sample",
    )  # fmt: skip
    if (
        len(tree["statements"]) > 1
        or node["type"] != "SELECT_NODE"
        or len(node["select_list"]) > 1
        or node["from_table"]["type"] != "EMPTY"
        or any(node[clause] for clause in clauses)
    ):
        raise UserError(f"{where}: `{expression}` is more than one expression.")
    used: set[str] = set()
    for part in _nodes(node["select_list"]):
        used |= _check_node(part, columns, expression, where)
    return used


def faults(expression: str, columns: Iterable[str] | None, where: str) -> list[str]:
    """Return what `check` says against an expression: one sentence, or none."""
    try:
        check(expression, columns, where)
    except UserError as error:
        return [str(error)]
    return []


def closed(expression: str) -> str:
    """Return `expression` in parentheses that a comment in it cannot swallow."""
    return f"({expression}\n)"


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, list):
        for item in tree:
            yield from _nodes(item)
    elif isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for item in tree.values():
            yield from _nodes(item)


def _check_width(node: dict[str, Any], expression: str, where: str) -> None:
    """Refuse to make texts longer than any field: they take minutes and all memory."""
    width = node["arguments"][1:2]
    text = width[0]["expression"].get("literal", {}).get("text", "") if width else ""
    if not text.isdigit() or int(text) > WIDEST:
        raise UserError(
            f"{where}: {node['function_name']} in `{expression}` needs a width of at "
            f"most {WIDEST}."
        )


def _check_node(
    node: dict[str, Any], columns: list[str] | None, expression: str, where: str
) -> set[str]:
    kind = node["class"]
    if kind not in CLASSES:
        raise UserError(
            f"{where}: `{expression}` holds a {kind.lower()}; only columns, literals "
            "and simple functions may stand in an expression."
        )
    if kind == "FUNCTION" and node["function_name"].lower() not in FUNCTIONS:
        reason = unknown("allowed function", node["function_name"], FUNCTIONS)
        raise UserError(f"{where}: {reason} It stands in `{expression}`.")
    if kind == "FUNCTION" and node["function_name"].lower() in ("lpad", "rpad"):
        _check_width(node, expression, where)
    if kind == "COLUMN_REF":
        name = ".".join(node["column_names"])
        is_known = columns is None or name in columns
        if not is_known or len(node["column_names"]) > 1:
            raise UserError(
                f"{where}: {unknown('column', name, columns or [])} "
                f"It stands in `{expression}`."
            )
        return {name}
    return set()
