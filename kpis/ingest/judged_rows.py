"""Judge: the rows of an export are typed, checked and written by fate and month.

DuckDB reads the file once and writes its rows as Parquet: accepted, refused, filtered.
Nothing outside the file's temporary directory is written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import periods, settings, warehouse
from kpis.definitions import Contract, Mapping, mappings
from kpis.ingest import (
    caller_key,
    covered_days,
    reading_sql,
    unreadable,
)
from kpis.ingest.caller_key import CallerKey
from kpis.ingest.csv_records import Records
from kpis.ingest.intake import FoundRecords, Identity, MappedFile
from kpis.ingest.reading_sql import Reading
from kpis.warehouse import StatementError, Warehouse, fill, identifier, literal

Result = TypeVar("Result")
PAST_RETENTION = "past_retention"
# each macro comes after those that it uses
MACROS = (
    "without_blanks", "with_offset", "local_clock", "whole_date", "amount",
    "percentage", "duration", "whole_number", "is_cell_error", "true_or_false",
    "next_day_if_before", "financial_year", "normal_spelling", "is_number_like",
    "masked", "plain_number", "caller_hash_of", "marked_hash", "guarded", "unguarded",
)  # fmt: skip


@dataclass(frozen=True)
class StagedRows:
    """Parquet files with the rows of a file, by fate and month."""

    directory: Path

    @property
    def sql(self) -> str:
        """Return SQL for all of the files."""
        return warehouse.file(self.directory, "**/*.parquet")

    @property
    def months(self) -> list[str]:
        """Return the months of the accepted rows."""
        accepted = (self.directory / "fate=accepted").glob("part=*")
        return sorted(path.name.removeprefix("part=") for path in accepted)

    def accepted(self, month: str) -> Path:
        """Return the file with the accepted rows of a month."""
        (file,) = (self.directory / "fate=accepted" / f"part={month}").glob("*.parquet")
        return file


@dataclass(frozen=True)
class LineNumbers:
    """SQL that turns a record's number into its physical line: value and join."""

    line: str
    line_shift: str


@dataclass(frozen=True)
class Fates:
    """How many rows were accepted, refused, and filtered for each reason."""

    accepted: int = 0
    refused: int = 0
    filtered: dict[str, int] = field(default_factory=dict)

    @property
    def readable(self) -> int:
        """Return how many rows could be read, those past their time too."""
        return self.accepted + self.filtered.get(PAST_RETENTION, 0)

    @property
    def left_out(self) -> int:
        """Return how many rows the mapping's filters leave out."""
        return sum(self.filtered.values()) - self.filtered.get(PAST_RETENTION, 0)


@dataclass(frozen=True)
class JudgedRows:
    """A file whose rows are judged one by one.

    `caller_key` is the key that hashed callers' numbers, if the file has any.
    """

    file: MappedFile
    identity: Identity
    records: Records
    reading: Reading
    line_numbers: LineNumbers
    extracted_at: datetime
    caller_key: CallerKey | None
    staged: StagedRows
    fates: Fates


def judge(
    found: FoundRecords, identity: Identity, first_kept: str | None, db: Warehouse
) -> JudgedRows:
    """Type and check every row, and write it by fate and month.

    Rows of months before `first_kept` (YYYY-MM) are filtered: they may not be kept.
    Raises UserError where the mapping cannot be applied, and where no row that its
    filters leave in can be read.
    """
    file, records = found.file, found.records
    file.progress(0.3, "reading rows")
    reading = reading_sql.compile_reading(
        file.contract, file.mapping, found.used, identity.spellings, records.padding
    )
    key = caller_key.load(file.data_dir) if reading.hides_numbers else None
    _prepare(db, key or caller_key.NO_KEY, records)
    reading_sql.try_expressions(db, file.mapping, found.used)
    cleaned = {**of_text(records), "cleaned": reading.cleaned}
    db.run(fill("import/cleaned", **cleaned))
    if reading.one_row:
        statement = fill("import/one_row", **reading.one_row)
        row_by_row(file.mapping, db, lambda: db.run(statement))
    db.run(fill("import/judged", **reading.view))
    line_numbers = _line_numbers(records, db)
    extracted_at = identity.extracted_at or _end_of_last_day(file, reading, db)
    in_order = _write_rows(
        file, reading, identity.import_id, extracted_at, first_kept, db
    )
    file.progress(0.7, "splitting rows by month")
    staged = _split_by_month(in_order, line_numbers, file.temporary / "staged", db)
    fates = _fates(file, records, staged, db)
    _refuse_unreadable(file, records, reading, staged, fates, db)
    if extracted_at is None:
        raise unreadable.every_row_filtered(file, records, fates.filtered)
    covered_days.refuse_days_to_come(
        file.name, identity.covers, file.contract.stands_for, extracted_at
    )
    return JudgedRows(
        file=file,
        identity=identity,
        records=records,
        reading=reading,
        line_numbers=line_numbers,
        extracted_at=extracted_at,
        caller_key=key,
        staged=staged,
        fates=fates,
    )


def _refuse_unreadable(
    file: MappedFile,
    records: Records,
    reading: Reading,
    staged: StagedRows,
    fates: Fates,
    db: Warehouse,
) -> None:
    """Raise SourceFileError where no row that the filters leave in can be read."""
    if not fates.readable and records.read > fates.left_out:
        found = unreadable.problems(file, records, reading, staged.sql, db)
        raise unreadable.no_row_readable(file, records, reading, found, fates.left_out)


def _prepare(db: Warehouse, key: CallerKey, records: Records) -> None:
    """Make the tables and macros that the reading of this file needs."""
    db.run(warehouse.text("import/keep_order"))
    db.run(
        warehouse.text("import/caller_key"),
        [key.mark, key.inner_pad, key.outer_pad],
    )
    for macro in MACROS:
        db.run(warehouse.text(f"macros/{macro}"))
    unsplittable = pd.DataFrame(
        [(item.line, item.byte_offset, item.problem) for item in records.unsplittable],
        columns=["line", "byte_offset", "problem"],
    ).astype({"line": "int64", "byte_offset": "int64", "problem": "str"})
    db.add_frame("unsplittable", unsplittable)


def of_text(records: Records) -> dict[str, str]:
    """Return what a statement needs to read a file's records as text."""
    names = mappings.column_names(records.header)
    quote = records.layout.quote if records.has_quotes else ""
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    # a quarantine file that was mended: its texts are as they were in the export
    is_mended = mappings.QUARANTINE_COLUMNS[0] in records.header
    return {
        "file": warehouse.file(records.path),
        "skip": literal(records.skip_lines),
        "delimiter": literal(records.layout.delimiter),
        "quote": literal(quote),
        "columns": f"{{{columns}}}",
        "as_written": r'unguarded(columns(*)) as "\0"' if is_mended else "*",
    }


def _line_numbers(records: Records, db: Warehouse) -> LineNumbers:
    """Return SQL for the lines of rows.

    The join is left out where one number is right for all, because it sorts.
    """
    shifts = [(record, line - record) for record, line in records.shifts]
    if len(shifts) <= 1:
        shift = shifts[0][1] if shifts else 0
        return LineNumbers(f"in_order._record + {shift}", "")
    db.add_frame("line_shift", pd.DataFrame(shifts, columns=["from_record", "shift"]))
    return LineNumbers(
        "in_order._record + line_shift.shift",
        "asof join line_shift on in_order._record >= line_shift.from_record",
    )


def _end_of_last_day(
    file: MappedFile, reading: Reading, db: Warehouse
) -> datetime | None:
    """Return when an export was made whose last row says it; None if no row does."""
    last_moment = fill(
        "import/last_moment",
        happened=f"{identifier(file.contract.happened)}::timestamptz",
        refusing_bits=str(reading.refusing_bits),
        zone=literal(settings.TIME_ZONE),
    )
    last = row_by_row(file.mapping, db, lambda: db.tuples(last_moment))[0][0]
    zone = ZoneInfo(settings.TIME_ZONE)
    if last is None:
        return None
    day = periods.of_day(last.date(), file.contract.stands_for)[1]
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)


def _write_rows(
    file: MappedFile,
    reading: Reading,
    import_id: str,
    extracted_at: datetime | None,
    first_kept: str | None,
    db: Warehouse,
) -> Path:
    """Read the file once; type, judge and write its rows in the file's order.

    Their place shows their line: to number them while they are read would leave all
    but one processor idle.
    """
    in_order = file.temporary / "in_order.parquet"
    statement = fill(
        "import/stage",
        columns=reading_sql.final_columns(reading),
        import_id=literal(import_id),
        extracted_at=literal(extracted_at.isoformat() if extracted_at else None),
        problems=reading_sql.problems(reading),
        refusing_bits=str(reading.refusing_bits),
        happened=identifier(file.contract.happened),
        is_past_retention=_is_past_retention(file.contract, first_kept),
        target=literal(str(in_order)),
    )

    def progress(share: float) -> None:
        file.progress(0.3 + 0.4 * share, "reading rows")

    row_by_row(file.mapping, db, lambda: db.run(statement, progress=progress))
    return in_order


def _is_past_retention(contract: Contract, first_kept: str | None) -> str:
    """Return SQL: whether a row is of a month whose rows may be kept no longer."""
    if first_kept is None:
        return "false"
    happened = identifier(contract.happened)
    return f"strftime({happened}, '%Y-%m') < {literal(first_kept)}"


def _split_by_month(
    in_order: Path, line_numbers: LineNumbers, target: Path, db: Warehouse
) -> StagedRows:
    statement = fill(
        "import/part",
        read=warehouse.file(in_order),
        target=literal(str(target)),
        line=line_numbers.line,
        line_shift=line_numbers.line_shift,
    )
    db.run(statement)
    return StagedRows(target)


def _fates(
    file: MappedFile, records: Records, staged: StagedRows, db: Warehouse
) -> Fates:
    """Count the rows by fate, and check that none is lost."""
    if not records.count:
        raise unreadable.no_row_splits(file, records)
    counts: dict[str, dict[str, int]] = {"accepted": {}, "refused": {}, "filtered": {}}
    for fate, month_or_reason, count in db.tuples(
        fill("import/counts", staged=staged.sql)
    ):
        counts[fate][month_or_reason] = count
    accepted, refused = (sum(counts[fate].values()) for fate in ("accepted", "refused"))
    total = accepted + refused + sum(counts["filtered"].values())
    if total != records.count:
        raise RuntimeError(f"{total} rows were read, but {records.count} were found")
    return Fates(accepted, refused, counts["filtered"])


def row_by_row(mapping: Mapping, db: Warehouse, read: Callable[[], Result]) -> Result:
    """Return what `read` does, though an expression may fail on a row.

    DuckDB works out what several expressions have in common apart from them, outside
    of what catches their errors. It is told not to only when that has failed, because
    it makes reading slower.
    """
    try:
        return read()
    except StatementError:
        if not mapping.expressions:
            raise
        db.run(fill("import/keep_expressions_whole"))
        return read()
