"""What was flagged in an import, in words: a line a rule, with examples."""

from collections.abc import Iterable, Mapping
from typing import Any

from kpis import formatting

LONGEST_VALUE = 120
EXPRESSION_FAILED = "cannot_be_worked_out"


def flagged(values: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each rule and column: its total, examples, how many more.

    `values` are the flagged values of an account, as `import --json` prints them.
    """
    by_fault: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for value in values:
        by_fault.setdefault((value["rule"], value["column_name"]), []).append(value)
    return [_line(rule, column, found) for (rule, column), found in by_fault.items()]


def _line(rule: str, column: str, found: list[Mapping[str, Any]]) -> str:
    of_rows = found[0].get("of_rows") or sum(value["row_count"] for value in found)
    rows = "1 row" if of_rows == 1 else f"{formatting.count(of_rows)} rows"
    examples = [_example(rule, value) for value in found if value["value"] is not None]
    shown = f", such as {', '.join(examples)}" if examples else ""
    left = (found[0].get("of_values") or len(found)) - len(found)
    more = f" and {formatting.count(left)} more" if left else ""
    return f"{f'{rule} {column}'.strip()}: {rows}{shown}{more}"


def _example(rule: str, value: Mapping[str, Any]) -> str:
    text = " ".join(value["value"].split())
    if rule == EXPRESSION_FAILED:
        return text
    if len(text) > LONGEST_VALUE:
        text = f"{text[:LONGEST_VALUE]} ..."
    return f"'{text}' ({formatting.count(value['row_count'])})"
