"""One row of several: the units of an incident, legs of a call, events of a queue log.

The other rows are filtered, under a reason of their own, so that no row disappears.
"""

from kpis.definitions import Mapping, expressions
from kpis.warehouse import identifier, literal

OTHER_ROWS = "other_rows_of_its_key"


def value_of(name: str) -> str:
    """Return the column with a value that is read from another row of the key."""
    return f"_chosen_{name}"


def chosen(mapping: Mapping, filtered: str) -> dict[str, str] | None:
    """Return what fills `import/one_row`, or None where every row is taken.

    `filtered` is SQL for the reason why a filter drops a row. Dropped rows are neither
    taken nor asked for values, and a row without a key belongs to no other.
    """
    own = mapping.one_row
    if not own.key:
        return None
    direction = "asc" if own.take == "first" else "desc"
    key = ", ".join(map(identifier, own.key))
    is_nameless = " or ".join(f"{identifier(name)} is null" for name in own.key)
    conditions, values = [], []
    for name, source in {**mapping.helpers, **mapping.columns}.items():
        if source.where:
            is_true = f"try({expressions.closed(source.where)}::boolean)"
            conditions.append(f"{is_true} as {identifier(f'_where_{name}')}")
            values.append(
                f"arg_min({identifier(source.column)}, _place) filter (where "
                f"_dropped is null and {identifier(f'_where_{name}')}) over "
                f"(partition by _thing, {key}) as {identifier(value_of(name))}"
            )
    order = f"try({expressions.closed(own.order)}) {direction} nulls last, "
    return {
        "filtered": filtered,
        "conditions": ", ".join(
            [*conditions, f"case when {is_nameless} then _record end as _thing"]
        ),
        "key": f"_thing, {key}",
        "sorted_by": order if own.order else "",
        "direction": direction,
        "reason": literal(OTHER_ROWS),
        "values": ", ".join(values) or "0 as _no_value",
    }
