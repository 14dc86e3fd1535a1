"""SQL that reads one column of an export: its text, and from it the typed value.

Every step adds columns to the row, so that a later one can tell a missing text from
one that could not be read: `_raw_` the text, `_local_` an instant as local time,
`_tried_` what an expression gave.
"""

import pandas as pd

from kpis import settings
from kpis.definitions import Column, Contract, Mapping, Source, expressions, mappings
from kpis.ingest import formats, one_row
from kpis.warehouse import identifier, literal, literals


def raw_of(name: str) -> str:
    """Return the column with the text that a contract column is read from."""
    return identifier(f"_raw_{name}")


def local_of(name: str) -> str:
    """Return the column with an instant as local time."""
    return identifier(f"_local_{name}")


def tried_of(name: str) -> str:
    """Return the column with an expression's value in a list, or null."""
    return identifier(f"_tried_{name}")


def text_items(name: str, source: Source) -> list[str]:
    """Return select items for the text that a column is read from.

    An expression that fails on a row gives null, one without a value a list with null
    in it: a failure is not an empty value.
    """
    items = []
    text = identifier(source.column or source.seconds or source.hash)
    if source.where:
        text = identifier(one_row.value_of(name))
    if source.columns:
        parts = ", ".join(identifier(column) for column in source.columns)
        text = f"nullif(concat_ws(' ', {parts}), '')"
    elif source.expression:
        value = f"{expressions.closed(source.expression)}::varchar"
        items.append(f"try([{value}]) as {tried_of(name)}")
        text = f"nullif(trim({tried_of(name)}[1]), '')"
    elif source.constant is not None:
        is_word = isinstance(source.constant, bool)
        value = str(source.constant)
        text = literal(value.lower() if is_word else value)
    elif source.number:
        # the step that hashes a caller's number is the last to see it
        number = _without_nulls(identifier(source.number), source)
        items.append(f"caller_hash_of({number}) as {identifier('_hash_' + name)}")
        text = "null::varchar"
    text = _without_nulls(text, source)
    if source.codes:
        cases = " ".join(
            f"when {literal(given)} then {literal(meant)}"
            for given, meant in source.codes.items()
        )
        text = f"case {text} {cases} else {text} end"
    return [*items, f"{text} as {raw_of(name)}"]


def _without_nulls(text: str, source: Source) -> str:
    if not source.nulls:
        return text
    return f"case when {text} not in ({literals(source.nulls)}) then {text} end"


def typed_items(
    name: str,
    source: Source,
    contract: Contract,
    mapping: Mapping,
    spellings: pd.DataFrame,
) -> list[str]:
    """Return select items that make the typed column, and its local time if any."""
    column = contract.columns.get(name)
    raw, typed = raw_of(name), identifier(name)
    if source.after:
        milliseconds = f"({seconds_of(name, mapping)} * 1000)::bigint"
        moment = f"{identifier(source.after)} + to_milliseconds({milliseconds})"
        return [f"{_plausible(moment, 'timestamptz')} as {typed}"]
    # a helper is no column of the contract, and always an instant
    if column is None or column.type == "instant":
        return _typed_instant(name, source, mapping)
    if column.type == "caller":
        if source.number:
            return [f"{identifier('_hash_' + name)} as {typed}"]
        return [f"marked_hash({raw}) as {typed}"]
    return [f"{_typed_value(name, column, source, mapping, spellings)} as {typed}"]


def _typed_value(
    name: str,
    column: Column,
    source: Source,
    mapping: Mapping,
    spellings: pd.DataFrame,
) -> str:
    raw = raw_of(name)
    text = f"case when not is_cell_error({raw}) then {raw} end"
    if mapping.hides_numbers:
        text = f"case when not is_number_like({raw}) then {text} end"
    day = f"whole_date({raw})"
    month = f"coalesce(try_strptime({raw}, '%Y-%m'), whole_date({raw}))"
    if source.format:
        month = formats.read(raw, source.format)
        day = f"{month}::date"
        if mapping.has_typed_cells:
            month = day = f"coalesce({day}, whole_date({raw}))"
    number = _plain_decimal(name, mapping)
    return {
        "id": text,
        "text": text,
        "code": _code(raw, column, spellings),
        "enum": f"case when {raw} in ({literals(column.values)}) then {raw} end",
        "date": _plausible(day, "date"),
        "month": _plausible(f"date_trunc('month', {month})::date", "date"),
        "financial_year": _plausible(f"financial_year({raw})", "date"),
        "int": f"whole_number({number})",
        "decimal": f"{'percentage' if column.in_unit_of else 'amount'}({number})",
        "bool": f"true_or_false({raw})",
    }[column.type]


def _plain_decimal(name: str, mapping: Mapping) -> str:
    raw = raw_of(name)
    return f"translate({raw}, ',.', '.,')" if mapping.decimal == "," else raw


def seconds_of(name: str, mapping: Mapping) -> str:
    """Return SQL for a duration in seconds, null for what is not a number."""
    return f"duration({_plain_decimal(name, mapping)})"


def _plausible(moment: str, kind: str) -> str:
    """Return SQL that leaves out moments before or after any police system wrote."""
    first, last = mappings.FIRST_YEAR, mappings.LAST_YEAR + 1
    if kind == "date":
        # finished figures may be older than any system
        first = 1901
    edges = f"{kind} '{first}-01-02' and {kind} '{last}-01-01'"
    return f"case when {moment} between {edges} then {moment} end"


def _typed_instant(name: str, source: Source, mapping: Mapping) -> list[str]:
    raw, local, typed = raw_of(name), local_of(name), identifier(name)
    zone = mapping.time_zone
    with_offset = f"with_offset({raw})"
    clock = f"local_clock({raw})"
    if source.format:
        clock = formats.read(raw, source.format)
        if mapping.has_typed_cells and zone:
            clock = f"coalesce({clock}, local_clock({raw}))"
        with_offset = "null::timestamptz"
    if "%z" in source.format.lower():
        with_offset, zone = clock, ""
    with_offset = _plausible(with_offset, "timestamptz")
    if not zone:
        shown = f"{typed} at time zone {literal(settings.TIME_ZONE)}"
        return [f"{with_offset} as {typed}", f"{shown} as {local}"]
    clock = _plausible(clock, "timestamp")
    if source.rolls_over_after:
        clock = _rolled_over(clock, source.rolls_over_after)
    instant = (
        f"case when not {is_clock_change(local, zone)} "
        f"then {local} at time zone {literal(zone)} end"
    )
    if not source.format:
        clock = f"coalesce({clock}, {with_offset} at time zone {literal(zone)})"
        instant = f"coalesce({instant}, {with_offset})"
    return [f"{clock} as {local}", f"{instant} as {typed}"]


def _rolled_over(clock: str, earlier: str) -> str:
    """Return SQL for a clock time that belongs to the day of `earlier` or the next.

    Null where the file gives the earlier time but it cannot be read: no one can say.
    """
    return (
        f"case when {raw_of(earlier)} is null or {local_of(earlier)} is not null "
        f"then next_day_if_before({clock}, {local_of(earlier)}) end"
    )


def is_clock_change(local: str, zone: str, which: str = "both") -> str:
    """Return SQL: whether a local time does not exist or occurs twice.

    Months and hours are compared first because they decide for nearly every row.
    """
    missing, twice = mappings.clock_changes(zone)
    hours = {"missing": missing, "twice": twice, "both": missing + twice}[which]
    if not hours:
        return "false"
    return (
        f"(case when month({local}) in ({literals({h.month for h in hours})}) "
        f"and hour({local}) in ({literals({h.hour for h in hours})}) "
        f"then date_trunc('hour', {local}) in "
        f"({', '.join(f'timestamp {literal(str(h))}' for h in hours)}) else false end)"
    )


def _code(raw: str, column: Column, spellings: pd.DataFrame) -> str:
    """Return SQL for the code that a spelling stands for; most are codes already."""
    known = spellings[spellings["reference"] == column.reference]
    if known.empty:
        return "null::varchar"
    pairs = ", ".join(
        f"{literal(spelling)}: {literal(code)}"
        for spelling, code in zip(known["spelling"], known["code"], strict=True)
    )
    codes = literals(sorted(set(known["code"])))
    return (
        f"case when {raw} in ({codes}) then {raw} "
        f"else map_extract_value(map {{{pairs}}}, normal_spelling({raw})) end"
    )


def canonical_text(column: Column) -> str:
    """Return SQL for a typed column as the canonical layout writes it."""
    typed = identifier(column.name)
    if column.type == "month":
        return f"strftime({typed}, '%Y-%m')"
    if column.type == "financial_year":
        return f"strftime({typed}, '%Y/') || strftime({typed} + interval 1 year, '%y')"
    return f"{typed}::varchar"
