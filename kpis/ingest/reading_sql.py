"""Compile a mapping and its contract into the SQL that reads one export.

Everything is decided in one streaming pass over the file: `sql/import/judged.sql`
has the steps, and this module fills them in. Every row has a bit mask of the faults
found in it; their texts are made only for rows that have one.
"""

from dataclasses import dataclass

import pandas as pd

from kpis.definitions import TYPES, Contract, Mapping, expressions
from kpis.errors import UserError
from kpis.ingest import one_row, row_faults
from kpis.ingest.column_sql import canonical_text, raw_of, text_items, typed_items
from kpis.ingest.csv_blocks import Padding
from kpis.ingest.row_faults import REMEDIES, TOO_SMALL, Fault
from kpis.warehouse import (
    StatementError,
    Warehouse,
    fill,
    identifier,
    literal,
    literals,
)


@dataclass(frozen=True)
class Reading:
    """The SQL that reads one file.

    `provided` are the contract's columns that the file has. `cleaned` has the export's
    columns without white space and words for nothing. `one_row` fills
    `import/one_row`, and is None where every row stands for itself. `view` fills
    `import/judged`; its bit mask has a bit for each of `faults`, in their order.
    """

    contract: Contract
    provided: list[str]
    faults: list[Fault]
    cleaned: str
    one_row: dict[str, str] | None
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
        if rule == TOO_SMALL and column in self.contract.columns:
            return f"at least {self.contract.columns[column].least}"
        return says.get(rule) or REMEDIES[rule]


def compile_reading(
    contract: Contract,
    mapping: Mapping,
    used: set[str],
    spellings: pd.DataFrame,
    padding: Padding = "blanks",
) -> Reading:
    """Compile one mapping for files that have the columns in `used`.

    `spellings` has reference, spelling and code. Nothing in the SQL joins or numbers
    rows, so that they keep the order of the file on every processor.
    """
    provided = [name for name in contract.columns if name in mapping.columns]
    sources = {**mapping.helpers, **mapping.columns}
    faults = [
        *row_faults.of_columns(provided, contract, mapping),
        *row_faults.of_rules(provided, contract, mapping),
    ]
    texts = [item for named in sources.items() for item in text_items(*named)]
    typed = [
        item
        for name, source in sources.items()
        for item in typed_items(name, source, contract, mapping, spellings)
    ]
    cleaned = ",\n".join(_cleaned(name, mapping, padding) for name in sorted(used))
    view = {
        "rows": "chosen" if mapping.one_row.key else "cleaned",
        "filtered": "_filtered" if mapping.one_row.key else _filtered(mapping),
        "texts": ",\n".join(texts),
        "typed": ",\n".join([*typed, *_absent(contract, provided)]),
        "faults": " | ".join(
            f"(coalesce({fault.when}, false)::bigint << {bit})"
            for bit, fault in enumerate(faults)
        )
        or "0",
    }
    return Reading(
        contract,
        provided,
        faults,
        cleaned or "0 as _",
        one_row.chosen(mapping, _filtered(mapping)),
        view,
        mapping.hides_numbers,
    )


def _absent(contract: Contract, provided: list[str]) -> list[str]:
    """Return the columns that this export lacks and rules take as empty."""
    lacking = {name for rule in contract.rules for name in rule.may_lack}
    return [
        f"null::{TYPES[contract.columns[name].type]} as {identifier(name)}"
        for name in sorted(lacking - set(provided))
    ]


def try_expressions(db: Warehouse, mapping: Mapping, used: set[str]) -> None:
    """Run the mapping's expressions on no row; UserError for one that cannot work."""
    columns = ", ".join(f"null::varchar as {identifier(name)}" for name in used)
    columns = columns or "0 as _"
    for place, expression in mapping.expressions.items():
        kind = "boolean" if place in mapping.conditions else "varchar"
        tried = f"{expressions.closed(expression)}::{kind}"
        try:
            db.run(fill("import/try_expression", tried=tried, columns=columns))
        except StatementError as error:
            reason = str(error.__cause__).splitlines()[0]
            raise UserError(
                f"mapping {mapping.name}, {place}: `{expression}` cannot be worked "
                f"out: {reason}"
            ) from None


def _cleaned(name: str, mapping: Mapping, padding: Padding) -> str:
    column = identifier(name)
    value = {
        "none": column,
        "spaces": f"trim({column})",
        "blanks": f"without_blanks({column})",
    }[padding]
    if not mapping.nulls:
        return f"nullif({value}, '') as {column}"
    words = literals(["", *mapping.nulls])
    return f"case when {value} not in ({words}) then {value} end as {column}"


def _filtered(mapping: Mapping) -> str:
    if not mapping.filters:
        return "null::varchar"
    cases = [
        f"when try({expressions.closed(row_filter.drop)}::boolean) "
        f"then {literal(row_filter.reason)}"
        for row_filter in mapping.filters
    ]
    return f"case {' '.join(cases)} end"


def final_columns(reading: Reading) -> str:
    """Return the contract's columns, without what a failed rule makes unusable."""
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
    """Return SQL for the list of faults for which a row is refused, with remedies."""
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
    return f"list_filter([{', '.join(items)}], lambda item: item is not null)"


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
        return canonical_text(reading.contract.columns[fault.unusable[0]])
    return "null::varchar"


def contract_texts(reading: Reading) -> str:
    """Return every column as text: as typed, or else as it was in the export."""
    items = []
    for name in reading.provided:
        column = reading.contract.columns[name]
        text = canonical_text(column)
        if column.type != "caller":
            text = f"coalesce({text}, {_shown(raw_of(name), reading)})"
        items.append(f"{text} as {identifier(name)}")
    return ",\n".join(items)


def refuses(reading: Reading) -> str:
    """Return SQL: whether a problem (rule, column_name) refuses its row."""
    rules = {rule.name: rule.otherwise for rule in reading.contract.rules}
    rules[TOO_SMALL] = "flag"
    refusing = [name for name, otherwise in rules.items() if otherwise == "refuse"]
    required = [
        name for name, column in reading.contract.columns.items() if column.required
    ]
    return (
        f"(rule in ({literals(refusing) or 'null'}) or (column_name in "
        f"({literals(required)}) and rule not in ({literals(rules) or 'null'})))"
    )
