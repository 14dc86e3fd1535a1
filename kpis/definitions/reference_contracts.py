"""What a reference table must be (`data/reference/tables.toml`), and its reading.

A table is a CSV file. Whatever breaks its contract is one UserError that names file,
line, column and value, and what to do.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from kpis import periods, settings
from kpis.definitions import typed_toml, white_space
from kpis.definitions.typed_toml import BY_PROGRAM
from kpis.errors import UserError, unknown

Type = Literal["text", "code", "enum", "time", "date", "year", "int", "decimal", "bool"]
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "enum": pa.string(),
    "time": pa.string(),
    "date": pa.date32(),
    "year": pa.int64(),
    "int": pa.int64(),
    "decimal": pa.float64(),
    "bool": pa.bool_(),
}
# first and last day of a row; the first pair decides when a key holds
PERIODS = (("valid_from", "valid_to"), ("opened", "closed"))
EVER = {"valid_from": periods.FIRST_DAY, "valid_to": periods.LAST_DAY}


@dataclass(frozen=True)
class Column:
    """One column of a reference table; `reference` is the table that a code is in."""

    name: str = field(metadata=BY_PROGRAM)
    type: Type
    says: str
    required: bool = False
    values: tuple[str, ...] = ()
    reference: str = ""
    pattern: str = ""
    least: int = 0
    most: int = 10**9


@dataclass(frozen=True)
class Table:
    """A reference table: its key holds for one row at a time."""

    name: str = field(metadata=BY_PROGRAM)
    title: str
    key: tuple[str, ...]
    columns: dict[str, Column]


@dataclass(frozen=True)
class Row:
    """Typed values of one row, and where its file has it."""

    line: int
    values: dict[str, Any]


@cache
def tables() -> dict[str, Table]:
    """Return what each reference table must be, by its name."""
    path = settings.REFERENCE / "tables.toml"
    return typed_toml.build(dict[str, Table], typed_toml.read(path), path.name, _faults)


def _faults(tables: dict[str, Table], file: str) -> Iterator[str]:
    for table in tables.values():
        for name in table.key:
            if name not in table.columns:
                yield f"{file}, {table.name}: {unknown('column', name, table.columns)}"
        for column in table.columns.values():
            where = f"{file}, {table.name}.columns.{column.name}"
            if column.type == "code" and column.reference not in (*tables, "area"):
                yield f"{where}: {unknown('table', column.reference, tables)}"


def read(file: Path, name: str) -> list[Row]:
    """Return a table's typed rows in a file; UserError for the first that is wrong.

    An empty `valid_from` is 1900-01-01, an empty `valid_to` 9999-12-31; any other
    empty value is None. Codes of other tables are not looked up here.
    """
    return list(_rows(file, name, file.read_bytes()))


# A build, a page and a command read each table several times.
@lru_cache(128)
def _rows(file: Path, name: str, content: bytes) -> tuple[Row, ...]:
    table = tables()[name]
    lines = _lines(file, content)
    _, header = next(lines, (1, []))
    _check_header(file, table, header)
    rows = []
    for line, fields in lines:
        if len(fields) != len(header):
            raise UserError(
                f"{file}, line {line}: {len(fields)} values for {len(header)} columns. "
                "A value with a comma in it stands in double quotes."
            )
        texts = dict(zip(header, fields, strict=True))
        rows.append(Row(line, _typed(file, line, table, texts)))
    _check_periods(file, table, rows)
    _check_keys(file, table, rows)
    return tuple(rows)


def frame(table: Table, rows: list[Row]) -> pd.DataFrame:
    """Return the rows as a frame with every column of the contract, typed."""
    return pd.DataFrame(
        {
            name: pd.Series(
                [row.values.get(name) for row in rows],
                dtype=pd.ArrowDtype(TYPES[column.type]),
            )
            for name, column in table.columns.items()
        }
    )


def _lines(file: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        before = 0
        for fields in reader:
            texts = list(map(white_space.plain, fields))
            if any(texts):
                yield before + 1, texts
            before = reader.line_num
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{file}: {error}. Save it as UTF-8 with commas.") from None


def _check_header(file: Path, table: Table, header: list[str]) -> None:
    for column in table.columns.values():
        if column.required and column.name not in header:
            raise UserError(
                f"{file}, line 1: {unknown('column', column.name, header)} "
                f"The table needs {', '.join(_required(table))}. "
                "Save it as UTF-8 with commas and a header row."
            )
    for name in header:
        if name not in table.columns or header.count(name) > 1:
            problem = (
                f"the column '{name}' stands there twice."
                if name in table.columns
                else unknown("column", name, table.columns)
            )
            raise UserError(f"{file}, line 1: {problem} Rename or remove it.")


def _required(table: Table) -> list[str]:
    return [one.name for one in table.columns.values() if one.required]


def _typed(
    file: Path, line: int, table: Table, texts: dict[str, str]
) -> dict[str, Any]:
    values = dict.fromkeys(table.columns) | {
        name: value for name, value in EVER.items() if name in table.columns
    }
    for name, text in texts.items():
        column = table.columns[name]
        if text:
            try:
                values[name] = _value(column, text)
            except ValueError as error:
                raise fault(file, line, name, text, str(error)) from None
        elif column.required:
            raise fault(file, line, name, text, "A value is required.")
    return values


def fault(file: Path, line: int, column: str, value: object, problem: str) -> UserError:
    """Return the error for one value: where it stands, what it is, what to do."""
    return UserError(f"{file}, line {line}, column {column}: '{value}'. {problem}")


def _value(column: Column, text: str) -> Any:
    if column.pattern and not re.fullmatch(column.pattern, text):
        raise ValueError(f"Write it so: {column.says}")
    if column.values and text not in column.values:
        raise ValueError(unknown("value", text, column.values))
    if column.type == "date":
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError("Write a date as 2003-04-01.")
        return _date(text)
    if column.type == "time":
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", text):
            raise ValueError("Write a time as 09:00, midnight at the end as 24:00.")
        return text
    if column.type == "bool":
        if text not in ("true", "false"):
            raise ValueError("Write true or false.")
        return text == "true"
    if column.type == "decimal":
        if not re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", text):
            raise ValueError("Write a number as 0.8, without signs or spaces.")
        return float(text)
    return _number(column, text) if column.type in ("int", "year") else text


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("There is no such day.") from None


def _number(column: Column, text: str) -> int:
    if column.type == "year":
        if not re.fullmatch(r"(19|20)\d\d", text):
            raise ValueError("Write a year as 2003.")
        return int(text)
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError("Write a whole number, without signs or spaces.")
    if not column.least <= int(text) <= column.most:
        raise ValueError(f"It must be {_range(column)}: {column.says}")
    return int(text)


def _range(column: Column) -> str:
    if column.most == Column.most:
        return f"{column.least} or more"
    return f"from {column.least} to {column.most}"


def _check_periods(file: Path, table: Table, rows: list[Row]) -> None:
    for first, last in PERIODS:
        for row in rows:
            start, end = row.values.get(first), row.values.get(last)
            if start and end and start > end:
                problem = f"It lies before {first}, {start}: correct one of the two."
                raise fault(file, row.line, last, end, problem)


def _check_keys(file: Path, table: Table, rows: list[Row]) -> None:
    latest: dict[tuple, Row] = {}
    for row in sorted(rows, key=lambda row: row.values.get("valid_from", date.min)):
        key = tuple(row.values[name] for name in table.key)
        before = latest.setdefault(key, row)
        if before is not row and _meet(before, row):
            raise _twice(file, table, *sorted((before, row), key=lambda row: row.line))
        latest[key] = row


def _meet(before: Row, row: Row) -> bool:
    # a table without valid_to holds each key once, for good
    ever = "valid_to" not in row.values
    return ever or row.values["valid_from"] <= before.values["valid_to"]


def _twice(file: Path, table: Table, one: Row, other: Row) -> UserError:
    said = ", ".join(f"{name} '{other.values[name] or ''}'" for name in table.key)
    if "valid_to" not in other.values:
        first = table.key[0]
        problem = f"Line {one.line} has {said} already. Remove one of the two lines."
        return fault(file, other.line, first, other.values[first], problem)
    start = other.values["valid_from"]
    given = "" if start == EVER["valid_from"] else start
    return fault(
        file, other.line, "valid_from", given,
        f"Two lines hold for {said} on the same day: line {one.line} {_span(one)}, "
        f"line {other.line} {_span(other)}. End the earlier one (valid_to) on the day "
        "before the later one begins (valid_from).",
    )  # fmt: skip


def _span(row: Row) -> str:
    words = {
        EVER["valid_from"]: "an open start (empty valid_from)",
        EVER["valid_to"]: "an open end (empty valid_to)",
    }
    first, last = row.values["valid_from"], row.values["valid_to"]
    return f"from {words.get(first, first)} to {words.get(last, last)}"
