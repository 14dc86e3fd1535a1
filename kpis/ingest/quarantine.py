"""Quarantine: the rows that were refused, with line, rule and remedy, as CSV.

It holds contract columns only; a row that cannot be split into columns keeps line and
byte offset, and no text.
"""

from kpis.ingest import reading_sql
from kpis.ingest.accounts import AccountedRows
from kpis.ingest.judged_rows import row_by_row
from kpis.ingest.row_faults import REMEDIES
from kpis.warehouse import Warehouse, fill, literal

FILE_NAME = "quarantine.csv"


def write_quarantine(accounted: AccountedRows, db: Warehouse) -> None:
    """Write the refused rows of a file into its temporary directory, if it has any."""
    if not accounted.record["quarantined"]:
        return
    judged = accounted.judged
    file, reading = judged.file, judged.reading
    file.progress(0.9, "writing the quarantine")
    key_repeated = fill(
        "import/problem_with_remedy",
        rule=literal("key_repeated"),
        column=literal(", ".join(file.contract.key)),
        value="null::varchar",
        remedy=literal(REMEDIES["key_repeated"]),
    )
    statement = fill(
        "import/quarantine",
        file=literal(file.name),
        texts=reading_sql.contract_texts(reading),
        problems=reading_sql.refusals(reading),
        refusing_bits=str(reading.refusing_bits),
        key_repeated=key_repeated,
        split_remedy=literal(REMEDIES["cannot_be_split"]),
        line=judged.line_numbers.line,
        line_shift=judged.line_numbers.line_shift,
        target=literal(str(file.temporary / FILE_NAME)),
    )
    row_by_row(file.mapping, db, lambda: db.run(statement))
