"""Account: what became of every row of a file.

For every file and source read = accepted + quarantined + duplicates + filtered.
"""

from dataclasses import asdict, dataclass, field

import pandas as pd

from kpis.definitions import mappings
from kpis.errors import SourceFileError
from kpis.ingest import covered_days, failed_expressions, judged_rows, reading_sql
from kpis.ingest.judged_rows import JudgedRows, StagedRows
from kpis.ingest.lake import FlaggedValue, ImportRecord
from kpis.ingest.repeated_keys import SettledRows
from kpis.periods import Period
from kpis.warehouse import Warehouse, fill, identifier

LONGEST_EXAMPLE = 200
MOST_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account of one file, or of one part of a split file, as it is printed.

    `error` says why nothing was imported. `is_known` says that the lake held the file
    already, read in the same way: then every row of it is a duplicate.
    """

    import_id: str | None = None
    file: str
    source: str | None = None
    mapping: str
    sha256: str | None = None
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    filtered: int = 0
    superseded: int = 0
    flagged: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    error: str | None = None
    flags: dict[str, int] | None = None
    flagged_values: list[FlaggedValue] | None = None
    extracted_at: str | None = None
    covers_from: str | None = None
    covers_to: str | None = None
    is_known: bool = False

    def as_json(self) -> dict:
        """Return the account as `import --json` prints it."""
        return asdict(self)


@dataclass(frozen=True)
class KnownFile:
    """A file that the lake holds already, read in the same way."""

    record: ImportRecord

    @property
    def account(self) -> Account:
        """Return what became of its rows: all are duplicates."""
        record = self.record
        return Account(
            import_id=record["import_id"],
            file=record["file"],
            source=record["source"],
            mapping=record["mapping"],
            sha256=record["sha256"],
            read=record["read"],
            duplicates=record["read"],
            flags={},
            flagged_values=[],
            extracted_at=record["extracted_at"],
            covers_from=record["covers_from"],
            covers_to=record["covers_to"],
            is_known=True,
        )


@dataclass(frozen=True)
class AccountedRows:
    """A file with the record under which the manifest will list it."""

    judged: JudgedRows
    staged: StagedRows
    record: ImportRecord

    @property
    def account(self) -> Account:
        """Return what became of its rows."""
        record = self.record
        return Account(
            import_id=record["import_id"],
            file=record["file"],
            source=record["source"],
            mapping=record["mapping"],
            sha256=record["sha256"],
            read=record["read"],
            accepted=record["accepted"],
            quarantined=record["quarantined"],
            duplicates=record["duplicates"],
            filtered=record["filtered"],
            superseded=record["superseded"],
            flagged=record["flagged"],
            reasons=record["reasons"],
            flags=record["flags"],
            flagged_values=record["flagged_values"],
            extracted_at=record["extracted_at"],
            covers_from=record["covers_from"],
            covers_to=record["covers_to"],
        )


def account(settled: SettledRows, db: Warehouse) -> AccountedRows:
    """Account for every row of a file.

    Raises SourceFileError where no row of it can be kept or was left out on purpose.
    """
    judged, staged = settled.judged, settled.staged
    file, fates, records = judged.file, judged.fates, judged.records
    problems = _with_reasons(_problems(judged, db), judged, db)
    if fates.accepted == settled.differing and not fates.filtered:
        raise _nothing_readable(judged, problems)
    flagged = _flagged(staged, db)
    covers = _covers(judged, staged, db)
    stored = fates.accepted - settled.equal - settled.differing
    record: ImportRecord = {
        "import_id": judged.identity.import_id,
        "file": file.name,
        "source": file.mapping.source,
        "mapping": file.mapping.name,
        "mapping_sha256": file.mapping.digest,
        "contract_sha256": file.contract.digest,
        "sha256": file.sha256,
        "extracted_at": judged.extracted_at.isoformat(),
        "covers_from": covers[0].isoformat() if covers else None,
        "covers_to": covers[1].isoformat() if covers else None,
        "covers_areas": _areas(judged, staged, db),
        "replaces": file.mapping.edition.replaces,
        "caller_key": judged.caller_key.mark if judged.caller_key else None,
        "months": staged.months,
        "read": records.read,
        "accepted": stored - settled.held.duplicates,
        "quarantined": fates.refused + settled.differing + len(records.unsplittable),
        "duplicates": settled.equal + settled.held.duplicates,
        "filtered": sum(fates.filtered.values()),
        "superseded": settled.held.superseded
        + (settled.earlier["stored"] if settled.earlier else 0),
        "flagged": flagged[0]["flagged"] if flagged else 0,
        "stored": stored,
        "reasons": _reasons(settled, problems),
        "flags": _by_rule(flagged),
        "flagged_values": _examples(flagged, judged, db),
        "error": None,
        "columns": judged.reading.provided,
        "replaces_import": settled.earlier["import_id"] if settled.earlier else None,
        "moved_months": settled.held.moved_months,
    }
    return AccountedRows(judged, staged, record)


def _problems(judged: JudgedRows, db: Warehouse) -> pd.DataFrame:
    """Return what refused rows: rule, column_name, example, first_line, row_count."""
    refuses = reading_sql.refuses(judged.reading)
    return db.query(fill("import/reasons", staged=judged.staged.sql, refuses=refuses))


def _flagged(staged: StagedRows, db: Warehouse) -> list[FlaggedValue]:
    """Return what was flagged in rows that stay, the most frequent first."""
    if not staged.months:
        return []
    return [
        FlaggedValue(
            rule=rule,
            column_name=column_name,
            value=value,
            row_count=row_count,
            flagged=flagged,
            first_line=first_line,
        )
        for rule, column_name, value, row_count, flagged, first_line in db.tuples(
            fill("import/flags", staged=staged.sql)
        )
    ]


def _examples(
    flagged: list[FlaggedValue], judged: JudgedRows, db: Warehouse
) -> list[FlaggedValue]:
    """Return the most frequent values of each rule and column, with their totals.

    What could not be worked out has no value; then it is the expression's own error.
    """
    by_fault: dict[tuple[str, str], list[FlaggedValue]] = {}
    for value in flagged:
        by_fault.setdefault((value["rule"], value["column_name"]), []).append(value)
    examples = []
    for (rule, column), found in by_fault.items():
        of_rows = sum(value["row_count"] for value in found)
        for value in found[:MOST_EXAMPLES]:
            example = value.copy()
            if rule == failed_expressions.RULE and value["value"] is None:
                line = value["first_line"]
                example["value"] = failed_expressions.reason(judged, column, line, db)
            example["of_rows"], example["of_values"] = of_rows, len(found)
            examples.append(example)
    return examples


def _with_reasons(
    problems: pd.DataFrame, judged: JudgedRows, db: Warehouse
) -> pd.DataFrame:
    """Return problems in which a failed expression's example is its own error."""
    examples = [
        failed_expressions.reason(judged, column, int(line), db)
        if rule == failed_expressions.RULE and pd.isna(example)
        else example
        for rule, column, example, line in zip(
            problems["rule"],
            problems["column_name"],
            problems["example"],
            problems["first_line"],
            strict=True,
        )
    ]
    return problems.assign(example=pd.Series(examples, problems.index, dtype=object))


def _by_rule(flagged: list[FlaggedValue]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in flagged:
        counts[value["rule"]] = counts.get(value["rule"], 0) + value["row_count"]
    return counts


def _reasons(settled: SettledRows, problems: pd.DataFrame) -> dict[str, int]:
    """Return how many rows were filtered or refused for each reason."""
    refused = zip(problems["rule"], problems["row_count"], strict=True)
    others = {
        "key_repeated": settled.differing,
        "cannot_be_split": len(settled.judged.records.unsplittable),
    }
    return {
        **settled.judged.fates.filtered,
        **{rule: int(count) for rule, count in refused},
        **{rule: count for rule, count in others.items() if count},
    }


def _covers(judged: JudgedRows, staged: StagedRows, db: Warehouse) -> Period | None:
    """Return what a file covers: as someone says, or as its rows say.

    A mended quarantine file covers nothing by itself: the file it came from does.
    """
    is_mended = mappings.QUARANTINE_COLUMNS[0] in judged.records.header
    if judged.identity.covers or is_mended or not staged.months:
        return judged.identity.covers
    contract = judged.file.contract
    days = fill(
        "import/covered_days",
        staged=staged.sql,
        happened=identifier(contract.happened),
    )
    first, last = db.tuples(days)[0]
    return covered_days.of_rows(first, last, contract.stands_for, judged.extracted_at)


def _areas(judged: JudgedRows, staged: StagedRows, db: Warehouse) -> list[str] | None:
    """Return the areas that the file covers, or None for the whole force."""
    if judged.file.mapping.covers.areas == "all":
        return None
    if not staged.months:
        return []
    present = fill(
        "import/areas_present",
        staged=staged.sql,
        area=identifier(judged.file.contract.area),
    )
    return [code for (code,) in db.tuples(present)]


def _nothing_readable(judged: JudgedRows, problems: pd.DataFrame) -> SourceFileError:
    """Return the error for a file that has rows, but none that can be kept."""
    file, records = judged.file, judged.records
    if len(problems):
        first = problems.iloc[0]
        column, value = first["column_name"], "is empty"
        if not pd.isna(first["example"]):
            example = " ".join(first["example"].split())
            value = f"has '{example[:LONGEST_EXAMPLE]}'"
        return SourceFileError(
            file.name,
            f"none of {records.read} rows can be read as {file.mapping.name} says. "
            f"Here column {column} {value} ({first['rule']}); right would be "
            f"{judged.reading.remedy(first['rule'], column)}.",
            line=int(first["first_line"]),
            remedy="Choose another layout, or correct this mapping.",
        )
    if records.unsplittable:
        return judged_rows.nothing_splits(file, records)
    key = ", ".join(file.contract.key)
    return SourceFileError(
        file.name,
        f"every one of {records.read} rows has the key ({key}) of another row with "
        "different contents.",
        line=records.header_line + 1,
        remedy="Form a key in the mapping that is different for every row.",
    )
