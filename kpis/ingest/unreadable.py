"""Unreadable: why no row of a file can be kept, and what to do about it.

A row that a filter leaves out says nothing about whether the layout is right. One that
is past its time does: it could be read.
"""

import pandas as pd

from kpis.errors import SourceFileError
from kpis.ingest import failed_expressions, reading_sql
from kpis.ingest.csv_records import Records
from kpis.ingest.intake import MappedFile
from kpis.ingest.reading_sql import Reading
from kpis.warehouse import Warehouse, fill

LONGEST_EXAMPLE = 200


def problems(
    file: MappedFile, records: Records, reading: Reading, staged: str, db: Warehouse
) -> pd.DataFrame:
    """Return what refused rows: rule, column_name, example, first_line, row_count.

    `staged` is SQL for the files with the rows. The example of an expression that
    cannot be worked out is its own error.
    """
    refuses = reading_sql.refuses(reading)
    found = db.query(fill("import/reasons", staged=staged, refuses=refuses))
    examples = [
        failed_expressions.reason(file, records, column, int(line), db)
        if rule == failed_expressions.RULE and pd.isna(example)
        else example
        for rule, column, example, line in zip(
            *(found[name] for name in ("rule", "column_name", "example", "first_line")),
            strict=True,
        )
    ]
    return found.assign(example=pd.Series(examples, found.index, dtype=object))


def no_row_readable(
    file: MappedFile,
    records: Records,
    reading: Reading,
    found: pd.DataFrame,
    filtered: int,
) -> SourceFileError:
    """Return the error for a file none of whose rows can be read as its mapping says.

    `found` are its problems, and `filtered` rows say nothing.
    """
    if found.empty:
        return no_row_splits(file, records)
    first = found.iloc[0]
    column, value = first["column_name"], "is empty"
    if not pd.isna(first["example"]):
        example = " ".join(first["example"].split())
        value = f"has '{example[:LONGEST_EXAMPLE]}'"
    besides = f" (filters leave out {filtered} more)" if filtered else ""
    return SourceFileError(
        file.name,
        f"none of {records.read - filtered} rows can be read as {file.mapping.name} "
        f"says{besides}. Here column {column} {value} ({first['rule']}); right would "
        f"be {reading.remedy(first['rule'], column)}.",
        line=int(first["first_line"]),
        remedy="Choose another layout, or correct this mapping.",
    )


def no_row_splits(file: MappedFile, records: Records) -> SourceFileError:
    """Return the error for a file of which no row can be split into columns."""
    first = records.unsplittable[0]
    return SourceFileError(
        file.name,
        f"none of {records.read} rows can be read: this one {first.problem}.",
        line=first.line,
        remedy="Correct delimiter and quote in the mapping.",
    )


def every_row_filtered(
    file: MappedFile, records: Records, filtered: dict[str, int]
) -> SourceFileError:
    """Return the error for a file whose last row should say when it was made."""
    reasons = ", ".join(f"{reason}: {count}" for reason, count in filtered.items())
    return SourceFileError(
        file.name,
        f"all of {records.read} rows are left out by filters of {file.mapping.name} "
        f"({reasons}), so none says when the export was made.",
        line=records.header_line + 1,
        remedy="Correct the filters, or say when it was made (--extracted-at).",
    )


def every_key_repeated(file: MappedFile, records: Records) -> SourceFileError:
    """Return the error for a file whose rows all have a key of another row."""
    key = ", ".join(file.contract.key)
    return SourceFileError(
        file.name,
        f"every one of {records.read} rows has the key ({key}) of another row with "
        "different contents.",
        line=records.header_line + 1,
        remedy="Form a key in the mapping that is different for every row.",
    )
