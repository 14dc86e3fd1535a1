"""Why an expression could not be worked out, from the first row where it failed."""

from kpis.definitions import expressions
from kpis.ingest.csv_records import Records
from kpis.ingest.intake import NUMBER, MappedFile
from kpis.warehouse import StatementError, Warehouse, fill, literal

RULE = "cannot_be_worked_out"
LONGEST_REASON = 300


def reason(
    file: MappedFile, records: Records, column: str, line: int, db: Warehouse
) -> str | None:
    """Return what DuckDB says against a column's expression on the row of a line.

    None where it says nothing when the expression is worked out by itself.
    """
    source = {**file.mapping.helpers, **file.mapping.columns}[column]
    failed = fill(
        "import/failed_expression",
        expression=expressions.closed(source.expression),
        record=literal(_record(records, line)),
    )
    try:
        db.tuples(failed)
    except StatementError as error:
        said = str(error.__cause__).splitlines()[0].partition("Error: ")[2]
        if file.mapping.hides_numbers:
            said = NUMBER.sub("(number)", said)
        return f"line {line}: {said[:LONGEST_REASON]}"
    return None


def _record(records: Records, line: int) -> int:
    """Return the number of the record that begins on a line."""
    shifts = (shift for shift in reversed(records.shifts) if shift[1] <= line)
    first, first_line = next(shifts)
    return first + line - first_line
