"""Check the small SQL expressions that mappings and contracts may hold.

DuckDB's own parser reads them, so that what is checked is what will run: column
names, literals and a listed set of scalar functions pass; a subquery, a table
function, a window or anything that could touch a file does not.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kpis import warehouse
from kpis.errors import UserError, unknown
from kpis.warehouse import StatementError, fill, identifier

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
PADDING = frozenset(["lpad", "rpad"])
REPLACING = frozenset(["replace", "regexp_replace"])
NESTED_TYPES = frozenset(["array", "list", "map", "struct", "union"])
CLASSES = frozenset([
    "BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT",
    "FUNCTION", "OPERATOR", "TYPE",
])  # fmt: skip
# a value of each type of the lake, as SQL
SAMPLES = {
    "varchar": "'x'",
    "timestamptz": "'2004-03-01T10:00:00+00:00'",
    "date": "'2004-03-01'",
    "bigint": "1",
    "decimal(18, 6)": "1",
    "boolean": "true",
}
# DuckDB's types in words
IN_WORDS = dict.fromkeys(("BIGINT", "INTEGER", "DECIMAL", "DOUBLE"), "a number")
IN_WORDS |= {"VARCHAR": "a text", "DATE": "a day", "TIMESTAMP WITH TIME ZONE": "a time"}


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


def truth_faults(
    given: Mapping[str, str], types: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the names of expressions that are not true, false or unknown, and why.

    `given` has checked expressions by name, `types` the DuckDB types of the columns.
    """
    try:
        kinds = _kinds(given, types)
    except StatementError as error:
        if len(given) > 1:
            for name, expression in given.items():
                yield from truth_faults({name: expression}, types)
            return
        yield from ((name, f"cannot be worked out: {error.reason}") for name in given)
        return
    for name, kind in kinds.items():
        if kind != "BOOLEAN":
            said = IN_WORDS.get(kind.partition("(")[0], "a value")
            yield (
                name,
                f"gives {said} ({kind.lower()}). A rule gives true or false: compare "
                "the value with another.",
            )


def _kinds(given: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
    """Return the DuckDB type of each expression over columns of some types."""
    if not given:
        return {}
    # worked out, too: a text that is no number is found only then
    listed = [f"typeof({closed(one)}), {closed(one)}" for one in given.values()]
    # but what a text holds is not known
    samples = SAMPLES | {"varchar": "null"}
    columns = [
        f"{samples[kind]}::{kind} as {identifier(name)}" for name, kind in types.items()
    ]
    statement = fill(
        "definitions/rule_types", rules=", ".join(listed), columns=", ".join(columns)
    )
    (row,) = warehouse.of_files().tuples(statement)
    return dict(zip(given, row[::2], strict=True))


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


def _check_size(node: dict[str, Any], expression: str, where: str) -> None:
    """Refuse to make texts longer than any field: they take minutes and all memory."""
    if _growth(node) > WIDEST:
        name = node["function_name"]
        limit = (
            f"needs a width of at most {WIDEST}"
            if name.lower() in PADDING
            else f"can make a text more than {WIDEST} times as long"
        )
        raise UserError(f"{where}: {name} in `{expression}` {limit}.")


def _growth(node: Any) -> float:
    """Return how many times as long as a field what a node returns can be, at most.

    Replacements multiply: ten within one another, each of ten letters for one, make ten
    thousand million letters of one.
    """
    if isinstance(node, list):
        return max(map(_growth, node), default=1)
    if not isinstance(node, dict):
        return 1
    if node.get("class") != "FUNCTION":
        return max(map(_growth, node.values()), default=1)
    name = node["function_name"].lower()
    given = [one["expression"] for one in node["arguments"]]
    inner = max(map(_growth, given), default=1)
    if name in PADDING:
        width = _text_of(given[1]) if len(given) > 1 else ""
        if width is None or not width.isdigit():
            return float("inf")
        return max(inner, int(width))
    if name in REPLACING:
        words = [_text_of(one) for one in given[1:3]]
        if len(words) < 2 or words[1] is None:
            return float("inf")
        by_letter = max(len(words[0] or ""), 1) if name == "replace" else 1
        return inner * max(len(words[1]) / by_letter, 1)
    return inner


def _text_of(node: dict[str, Any]) -> str | None:
    """Return what a constant says; None for what is worked out from a row."""
    return node.get("literal", {}).get("text", "") if "literal" in node else None


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
    if kind == "FUNCTION" and node["function_name"].lower() in PADDING | REPLACING:
        _check_size(node, expression, where)
    if kind == "TYPE" and node["type_name"].lower() in NESTED_TYPES:
        raise UserError(
            f"{where}: `{expression}` makes a list or a table; a column has one value."
        )
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
