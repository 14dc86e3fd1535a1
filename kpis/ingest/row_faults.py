"""What can be wrong with a row, and what would be right instead.

A fault refuses a row only where a required column cannot be read or a rule says so;
any other flags it, and empties what cannot be right.
"""

from dataclasses import dataclass

from kpis.definitions import (
    Column,
    Contract,
    Mapping,
    Rule,
    Source,
    expressions,
    indicators,
)
from kpis.ingest.column_sql import (
    is_clock_change,
    local_of,
    raw_of,
    seconds_of,
    tried_of,
)
from kpis.warehouse import identifier, literal, literals

TOO_SMALL = "too_small"
NOT_IN_ITS_UNIT = "not_in_its_unit"
UNITS_OF_SHARES = ("percent", "percent a year", "points")
NOT_TYPED = {
    "id": "not_an_id",
    "text": "not_a_text",
    "code": "unknown_code",
    "enum": "not_in_list",
    "caller": "not_a_hash",
    "instant": "not_an_instant",
    "date": "not_a_date",
    "month": "not_a_month",
    "financial_year": "not_a_financial_year",
    "int": "not_a_whole_number",
    "decimal": "not_a_number",
    "bool": "not_true_or_false",
}
REMEDIES = {
    "missing": "a value is required",
    "cannot_be_worked_out": "a value with which the mapping's expression works",
    "not_an_id": "an identifier, not a cell's error; never what looks like a telephone "
    "number",
    "not_a_text": "a text, not a cell's error; never what looks like a telephone "
    "number",
    "not_a_hash": "a hash of at least 16 letters and digits, never a number",
    "not_an_instant": "a date and time in the format that the mapping states",
    "local_time_does_not_exist": "a time outside the hour that the clock skips, or one "
    "with its offset",
    "local_time_occurs_twice": "the time with its offset",
    "no_offset": "a time with its offset, or a time_zone in the mapping",
    "not_a_date": "a date in the format that the mapping states",
    "not_a_month": "a month such as 2003-04, or in the format that the mapping states",
    "not_a_financial_year": "a financial year such as 2003/04",
    "not_a_whole_number": "a whole number",
    "not_a_number": "a number with the mapping's decimal mark, such as 120000.00 or "
    "120,000.00; money in pounds",
    NOT_IN_ITS_UNIT: "a share from 0 to 1 (0.58), or a percentage with its sign "
    "(58 %); no percent sign for an indicator in another unit",
    TOO_SMALL: "a larger number",
    "not_true_or_false": "true or false",
    "not_in_list": "one of the values that the contract lists",
    "unknown_code": "a code or a known spelling of the reference table",
    "cannot_be_split": "as many columns as the header has, every quote closed",
    "key_repeated": "one row for each key: the file holds it with different contents. "
    "If one row is to be taken of several, say [one_row] in the mapping",
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


def of_columns(
    provided: list[str], contract: Contract, mapping: Mapping
) -> list[Fault]:
    """Return what can be wrong with each column by itself."""
    columns = [contract.columns[name] for name in provided]
    typed = [_not_typed(column, mapping) for column in columns]
    small = [_too_small(column) for column in columns if column.least is not None]
    figures = [_not_in_its_unit(column) for column in columns if column.in_unit_of]
    return [*(fault for fault in typed if fault is not None), *small, *figures]


def of_rules(provided: list[str], contract: Contract, mapping: Mapping) -> list[Fault]:
    """Return what can be wrong between columns, by the rules that bind this export."""
    return [
        _rule_fault(rule)
        for rule in contract.rules
        if _asked_of(rule, contract) <= set(provided)
        and (not rule.only_where_asked or rule.name in mapping.asks_for)
    ]


def _asked_of(rule: Rule, contract: Contract) -> set[str]:
    columns = expressions.check(rule.holds, contract.columns, rule.name)
    return columns - set(rule.may_lack)


def _not_typed(column: Column, mapping: Mapping) -> Fault | None:
    source = mapping.columns[column.name]
    raw, typed = raw_of(column.name), identifier(column.name)
    if source.number:
        return None
    bad = f"{raw} is not null and {typed} is null"
    name = literal(NOT_TYPED[column.type])
    if source.after:
        bad += f" and {identifier(source.after)} is not null"
        seconds = seconds_of(column.name, mapping)
        name = f"case when {seconds} is null then 'not_a_number' else {name} end"
    elif column.type == "instant":
        name = _instant_fault_name(column.name, source, mapping)
    if source.expression:
        has_failed = f"{tried_of(column.name)} is null"
        bad = f"{has_failed} or ({bad})"
        name = f"case when {has_failed} then 'cannot_be_worked_out' else {name} end"
    if column.required:
        bad = f"{typed} is null"
        missing = f"{raw} is null"
        if source.expression:
            missing += f" and {tried_of(column.name)} is not null"
        name = f"case when {missing} then 'missing' else {name} end"
    # what was given as a hash and is not one may be a number
    value = "" if column.type == "caller" else raw
    return Fault(name, column.name, bad, column.required, value)


def _too_small(column: Column) -> Fault:
    return Fault(
        literal(TOO_SMALL),
        column.name,
        f"{identifier(column.name)} < {column.least}",
        False,
        raw_of(column.name),
        (column.name,),
    )


def _not_in_its_unit(column: Column) -> Fault:
    """Return the fault of a figure that could be a share or a percentage.

    Above 1 only its sign says that it is a percentage; no one guesses.
    """
    kpis = indicators.load().values()
    shares = literals(kpi.id for kpi in kpis if kpi.measure.unit in UNITS_OF_SHARES)
    parts = literals(kpi.id for kpi in kpis if kpi.measure.kind == "proportion")
    value, raw = identifier(column.name), raw_of(column.name)
    indicator, has_sign = identifier(column.in_unit_of), f"ends_with({raw}, '%')"
    return Fault(
        literal(NOT_IN_ITS_UNIT),
        column.name,
        f"case when {indicator} in ({parts}) and {value} not between 0 and 1 then true "
        f"when {indicator} in ({shares}) then abs({value}) > 1 and not {has_sign} "
        f"else {has_sign} end",
        column.required,
        raw,
        (column.name,),
    )


def _instant_fault_name(name: str, source: Source, mapping: Mapping) -> str:
    if not mapping.time_zone or "%z" in source.format.lower():
        if source.format:
            return literal("not_an_instant")
        return (
            f"case when local_clock({raw_of(name)}) is not null "
            "then 'no_offset' else 'not_an_instant' end"
        )
    local = local_of(name)
    return (
        f"case when {is_clock_change(local, mapping.time_zone, 'missing')} "
        "then 'local_time_does_not_exist' "
        f"when {is_clock_change(local, mapping.time_zone, 'twice')} "
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
