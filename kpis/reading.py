"""Compile a mapping and its contract into the SQL that reads one export.

Everything is decided in one streaming pass over the file: `sql/import/judged.sql`
holds the steps, and this module fills them. For every row a bit mask tells which
columns and rules failed; texts and reasons are made only for rows that have one.
"""

from dataclasses import dataclass

import pandas as pd

from kpis import expressions, mapping, settings
from kpis.contracts import TYPES, Column, Contract, Rule
from kpis.errors import UserError
from kpis.mapping import Mapping, Source
from kpis.warehouse import (
    StatementError,
    Warehouse,
    fill,
    identifier,
    literal,
    literals,
)

NOT_TYPED = {
    "id": "not_an_id",
    "text": "not_a_text",
    "code": "unknown_code",
    "enum": "not_in_list",
    "caller": "not_a_hash",
    "instant": "not_an_instant",
    "date": "not_a_date",
    "int": "not_a_whole_number",
    "decimal": "not_a_number",
    "bool": "not_true_or_false",
}
REMEDIES = {
    "missing": "a value is required",
    "cannot_be_worked_out": "a value from which the mapping's expression can be formed",
    "not_an_id": "an identifier that does not read like a telephone number",
    "not_a_text": "a text that does not read like a telephone number",
    "not_a_hash": "a hash of at least 16 letters and digits, never a number",
    "not_an_instant": "a date and time in the format that the mapping states",
    "local_time_does_not_exist": "a time outside the hour that the clock skips, or one "
    "with its offset",
    "local_time_occurs_twice": "the time with its offset",
    "no_offset": "a time with its offset, or a time_zone in the mapping",
    "not_a_date": "a date in the format that the mapping states",
    "not_a_whole_number": "a whole number",
    "not_a_number": "a number with the mapping's decimal mark",
    "not_true_or_false": "true or false",
    "not_in_list": "one of the values that the contract lists",
    "unknown_code": "a code or a known spelling of the reference table",
    "cannot_be_split": "as many columns as the header has, every quote closed",
    "key_repeated": "one row for each key: the file holds it with different contents",
}


@dataclass(frozen=True)
class Fault:
    """One thing that can be wrong with a row; name, when and value are SQL."""

    name: str
    column: str
    when: str
    refuses: bool
    value: str
    unusable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The SQL parts of one file's reading."""

    contract: Contract
    provided: list[str]
    faults: list[Fault]
    view: dict[str, str]
    hides_numbers: bool = False

    @property
    def refusing_bits(self) -> int:
        """Return the mask of the faults that refuse a row."""
        return sum(1 << bit for bit, fault in enumerate(self.faults) if fault.refuses)

    def remedy(self, rule: str, column: str | None) -> str:
        """Return what would be right where `rule` failed."""
        says = {rule.name: rule.says for rule in self.contract.rules}
        if rule == "not_in_list" and column in self.contract.columns:
            return f"one of {', '.join(self.contract.columns[column].values)}"
        return says.get(rule) or REMEDIES[rule]


def compile_reading(
    contract: Contract,
    layout: Mapping,
    used: set[str],
    spellings: pd.DataFrame,
    has_padding: bool = True,
) -> Reading:
    """Compile one mapping for files that have the columns in `used`.

    `spellings` has reference, spelling and code. Nothing in the SQL joins or numbers
    rows, so that they keep the order of the file on every processor.
    """
    provided = [name for name in contract.columns if name in layout.columns]
    sources = {**layout.helpers, **layout.columns}
    faults = [
        fault
        for name in provided
        if (fault := _column_fault(contract.columns[name], layout)) is not None
    ]
    for rule in contract.rules:
        names = expressions.check(rule.holds, contract.columns, rule.name)
        if names <= set(provided):
            faults.append(_rule_fault(rule))
    view = {
        "cleaned": ",\n".join(
            _cleaned(name, layout, has_padding) for name in sorted(used)
        )
        or "0 as _",
        "filtered": _filtered(layout),
        "texts": ",\n".join(
            part for name, source in sources.items() for part in _texts(name, source)
        ),
        "typed": ",\n".join(
            part
            for name, source in sources.items()
            for part in _typed(name, source, contract, layout, spellings)
        ),
        "faults": " | ".join(
            f"(coalesce({fault.when}, false)::bigint << {bit})"
            for bit, fault in enumerate(faults)
        )
        or "0",
    }
    return Reading(contract, provided, faults, view, layout.hides_numbers)


def try_expressions(house: Warehouse, layout: Mapping, used: set[str]) -> None:
    """Try the mapping's expressions on no row; UserError for one without a value."""
    columns = ", ".join(f"null::varchar as {identifier(name)}" for name in used)
    columns = columns or "0 as _"
    for place, expression in layout.expressions.items():
        kind = "boolean" if place.startswith("filter ") else "varchar"
        tried = f"{expressions.closed(expression)}::{kind}"
        try:
            house.run(fill("import/try_expression", tried=tried, columns=columns))
        except StatementError as error:
            reason = str(error.__cause__).splitlines()[0]
            raise UserError(
                f"mapping {layout.name}, {place}: `{expression}` cannot be worked out: "
                f"{reason}"
            ) from None


def _raw(name: str) -> str:
    return identifier(f"_raw_{name}")


def _local(name: str) -> str:
    return identifier(f"_local_{name}")


def _tried(name: str) -> str:
    return identifier(f"_tried_{name}")


def _cleaned(name: str, layout: Mapping, has_padding: bool) -> str:
    column = identifier(name)
    value = f"trim({column})" if has_padding else column
    if not layout.nulls:
        return f"nullif({value}, '') as {column}"
    words = literals(["", *layout.nulls])
    return f"case when {value} not in ({words}) then {value} end as {column}"


def _filtered(layout: Mapping) -> str:
    if not layout.filters:
        return "null::varchar"
    cases = [
        f"when try({expressions.closed(one.drop)}::boolean) then {literal(one.reason)}"
        for one in layout.filters
    ]
    return f"case {' '.join(cases)} end"


def _texts(name: str, source: Source) -> list[str]:
    """Return select items for the text that a column is read from.

    An expression that fails on a row gives no list, one that is empty an empty list
    item; so the one can be told from the other.
    """
    items = []
    text = identifier(source.column or source.seconds or source.hash)
    if source.columns:
        parts = ", ".join(identifier(one) for one in source.columns)
        text = f"nullif(concat_ws(' ', {parts}), '')"
    elif source.expression:
        value = f"{expressions.closed(source.expression)}::varchar"
        items.append(f"try([{value}]) as {_tried(name)}")
        text = f"{_tried(name)}[1]"
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
    return [*items, f"{text} as {_raw(name)}"]


def _without_nulls(text: str, source: Source) -> str:
    if not source.nulls:
        return text
    return f"case when {text} not in ({literals(source.nulls)}) then {text} end"


def _typed(
    name: str,
    source: Source,
    contract: Contract,
    layout: Mapping,
    spellings: pd.DataFrame,
) -> list[str]:
    """Return select items that make the typed column, and its local time if any."""
    column = contract.columns.get(name)
    kind = column.type if column else "instant"
    raw, typed = _raw(name), identifier(name)
    if source.after:
        milliseconds = f"({_seconds(name, layout)} * 1000)::bigint"
        moment = f"{identifier(source.after)} + to_milliseconds({milliseconds})"
        return [f"{_plausible(moment, 'timestamptz')} as {typed}"]
    if kind == "instant":
        return _typed_instant(name, source, layout)
    if kind == "caller":
        if source.number:
            return [f"{identifier('_hash_' + name)} as {typed}"]
        return [f"marked_hash({raw}) as {typed}"]
    text = f"case when not is_number_like({raw}) then {raw} end"
    day = f"try_cast({raw} as date)"
    if source.format:
        day = f"try_strptime({raw}, {literal(source.format)})::date"
    number = _plain_decimal(name, layout)
    expression = {
        "id": text if layout.hides_numbers else raw,
        "text": text if layout.hides_numbers else raw,
        "code": _code(name, column, spellings),
        "enum": f"case when {raw} in ({literals(column.values)}) then {raw} end",
        "date": _plausible(day, "date"),
        "int": f"whole_number({number})",
        "decimal": f"try_cast({number} as decimal(18, 6))",
        "bool": f"true_or_false({raw})",
    }[kind]
    return [f"{expression} as {typed}"]


def _plain_decimal(name: str, layout: Mapping) -> str:
    raw = _raw(name)
    return f"replace({raw}, ',', '.')" if layout.decimal == "," else raw


def _seconds(name: str, layout: Mapping) -> str:
    return f"try_cast({_plain_decimal(name, layout)} as decimal(12, 3))"


def _plausible(moment: str, kind: str) -> str:
    """Return SQL that leaves out moments of years in which no police system wrote."""
    first, last = mapping.FIRST_YEAR, mapping.LAST_YEAR + 1
    if kind == "date":
        # finished figures may be older than any system
        first = 1901
    edges = f"{kind} '{first}-01-02' and {kind} '{last}-01-01'"
    return f"case when {moment} between {edges} then {moment} end"


def _typed_instant(name: str, source: Source, layout: Mapping) -> list[str]:
    raw, local, typed = _raw(name), _local(name), identifier(name)
    zone = layout.time_zone
    with_offset = f"case when has_offset({raw}) then try_cast({raw} as timestamptz) end"
    clock = f"local_clock({raw})"
    if source.format:
        clock = f"try_strptime({raw}, {literal(source.format)})"
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
        f"case when not {_is_clock_change(local, zone)} "
        f"then {local} at time zone {literal(zone)} end"
    )
    if not source.format:
        clock = f"coalesce({clock}, {with_offset} at time zone {literal(zone)})"
        instant = f"coalesce({with_offset}, {instant})"
    return [f"{clock} as {local}", f"{instant} as {typed}"]


def _rolled_over(clock: str, earlier: str) -> str:
    """Return SQL for a clock time that belongs to the day of `earlier` or the next.

    There is no telling where the earlier time stands in the file but cannot be read.
    """
    return (
        f"case when {_raw(earlier)} is null or {_local(earlier)} is not null "
        f"then next_day_if_before({clock}, {_local(earlier)}) end"
    )


def _is_clock_change(local: str, zone: str, which: str = "both") -> str:
    """Return SQL: whether a local time does not exist or occurs twice.

    Months and hours are asked first because they decide for nearly every row.
    """
    missing, twice = mapping.clock_changes(zone)
    hours = {"missing": missing, "twice": twice, "both": missing + twice}[which]
    if not hours:
        return "false"
    return (
        f"(case when month({local}) in ({literals({h.month for h in hours})}) "
        f"and hour({local}) in ({literals({h.hour for h in hours})}) "
        f"then date_trunc('hour', {local}) in "
        f"({', '.join(f'timestamp {literal(str(h))}' for h in hours)}) else false end)"
    )


def _code(name: str, column: Column | None, spellings: pd.DataFrame) -> str:
    """Return SQL for the code that a spelling stands for; most are codes already."""
    if column is None or column.type != "code":
        return ""
    raw = _raw(name)
    known = spellings[spellings["reference"] == column.reference]
    pairs = ", ".join(
        f"{literal(spelling)}: {literal(code)}"
        for spelling, code in zip(known["spelling"], known["code"], strict=True)
    )
    codes = literals(sorted(set(known["code"])))
    return (
        f"case when {raw} in ({codes}) then {raw} "
        f"else map_extract_value(map {{{pairs}}}, normal_spelling({raw})) end"
    )


def _column_fault(column: Column, layout: Mapping) -> Fault | None:
    source = layout.columns[column.name]
    raw, typed = _raw(column.name), identifier(column.name)
    if source.number:
        return None
    bad = f"{raw} is not null and {typed} is null"
    name = literal(NOT_TYPED[column.type])
    if source.after:
        bad += f" and {identifier(source.after)} is not null"
        seconds = _seconds(column.name, layout)
        name = f"case when {seconds} is null then 'not_a_number' else {name} end"
    elif column.type == "instant":
        name = _instant_fault_name(column.name, source, layout)
    if source.expression:
        has_failed = f"{_tried(column.name)} is null"
        bad = f"{has_failed} or ({bad})"
        name = f"case when {has_failed} then 'cannot_be_worked_out' else {name} end"
    if column.required:
        bad = f"{typed} is null"
        missing = f"{raw} is null"
        if source.expression:
            missing += f" and {_tried(column.name)} is not null"
        name = f"case when {missing} then 'missing' else {name} end"
    # what was given as a hash and is none may be a number
    value = "" if column.type == "caller" else raw
    return Fault(name, column.name, bad, column.required, value)


def _instant_fault_name(name: str, source: Source, layout: Mapping) -> str:
    if not layout.time_zone or "%z" in source.format.lower():
        if source.format:
            return literal("not_an_instant")
        return (
            f"case when not has_offset({_raw(name)}) and "
            f"local_clock({_raw(name)}) is not null "
            "then 'no_offset' else 'not_an_instant' end"
        )
    local = _local(name)
    return (
        f"case when {_is_clock_change(local, layout.time_zone, 'missing')} "
        "then 'local_time_does_not_exist' "
        f"when {_is_clock_change(local, layout.time_zone, 'twice')} "
        "then 'local_time_occurs_twice' else 'not_an_instant' end"
    )


def _rule_fault(rule: Rule) -> Fault:
    return Fault(
        literal(rule.name),
        rule.unusable[0] if rule.unusable else "",
        f"not {expressions.closed(rule.holds)}",
        rule.otherwise == "refuse",
        "",
        rule.unusable,
    )


def final_columns(reading: Reading) -> str:
    """Return the contract's columns, with what a failed rule makes unusable emptied."""
    items = []
    for name, column in reading.contract.columns.items():
        if name not in reading.provided:
            items.append(f"null::{TYPES[column.type]} as {identifier(name)}")
            continue
        bits = sum(
            1 << bit
            for bit, fault in enumerate(reading.faults)
            if name in fault.unusable
        )
        value = identifier(name)
        if bits:
            value = f"case when _faults & {bits} = 0 then {value} end as {value}"
        items.append(value)
    return ",\n".join(items)


def problems(reading: Reading) -> str:
    """Return SQL for the list of (rule, column, value) that is wrong with a row."""
    return _problem_list(reading, reading.faults, "import/problem")


def refusals(reading: Reading) -> str:
    """Return SQL for what made a row be refused, with the remedy of each."""
    faults = [fault for fault in reading.faults if fault.refuses]
    return _problem_list(reading, faults, "import/problem_with_remedy")


def _problem_list(reading: Reading, faults: list[Fault], template: str) -> str:
    items = []
    for fault in faults:
        bit = 1 << reading.faults.index(fault)
        parts = {
            "rule": fault.name,
            "column": literal(fault.column),
            "value": _value_of(fault, reading),
        }
        if template == "import/problem_with_remedy":
            parts["remedy"] = _remedy(reading, fault)
        items.append(
            f"case when _faults & {bit} <> 0 then {fill(template, **parts)} end"
        )
    return f"list_filter([{', '.join(items)}], lambda one: one is not null)"


def _remedy(reading: Reading, fault: Fault) -> str:
    rules = [*REMEDIES, *(rule.name for rule in reading.contract.rules)]
    cases = " ".join(
        f"when {literal(rule)} then {literal(reading.remedy(rule, fault.column))}"
        for rule in rules
        if f"'{rule}'" in fault.name
    )
    return f"case {fault.name} {cases} end"


def _shown(raw: str, reading: Reading) -> str:
    """Return SQL for a text of the export, without what could be a caller's number."""
    return f"masked({raw})" if reading.hides_numbers else raw


def _value_of(fault: Fault, reading: Reading) -> str:
    if fault.value:
        return _shown(fault.value, reading)
    if fault.unusable:
        return f"{identifier(fault.unusable[0])}::varchar"
    return "null::varchar"


def contract_texts(reading: Reading) -> str:
    """Return every column as text: as typed, or else as it stood in the export."""
    items = []
    for name in reading.provided:
        text = f"{identifier(name)}::varchar"
        if reading.contract.columns[name].type != "caller":
            text = f"coalesce({text}, {_shown(_raw(name), reading)})"
        items.append(f"{text} as {identifier(name)}")
    return ",\n".join(items)


def refuses(reading: Reading) -> str:
    """Return SQL: whether a problem (rule, column_name) is one that refuses a row."""
    rules = {rule.name: rule.otherwise for rule in reading.contract.rules}
    refusing = [name for name, otherwise in rules.items() if otherwise == "refuse"]
    required = [
        name for name, column in reading.contract.columns.items() if column.required
    ]
    return (
        f"(rule in ({literals(refusing) or 'null'}) or (column_name in "
        f"({literals(required)}) and rule not in ({literals(rules) or 'null'})))"
    )
