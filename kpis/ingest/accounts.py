"""Account: what became of every row of a file.

For every file and source read = accepted + quarantined + duplicates + filtered.
"""

from dataclasses import asdict, dataclass, field

import pandas as pd

from kpis.definitions import mappings
from kpis.ingest import (
    failed_expressions,
    held_days,
    judged_rows,
    lacking_columns,
    unreadable,
)
from kpis.ingest.judged_rows import JudgedRows, StagedRows
from kpis.ingest.lake import FlaggedValue, ImportRecord, LackingColumn, RetiredRow
from kpis.ingest.repeated_keys import SettledRows
from kpis.warehouse import Warehouse, fill, identifier

MOST_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account of one file, or of one part of a split file, as it is printed.

    `error` says why nothing was imported. `is_known` says that the lake held the file
    already, read in the same way: then every row of it is a duplicate. `added`,
    `replaced` and `retired` count keys that are new, changed, or count no more, and
    `months` are those of these rows. `lacking` are columns that indicators need and no
    row has. `moves` are the figures that change most; only a
    dry run has them.
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
    covers_areas: list[str] | None = None
    added: int = 0
    replaced: int = 0
    retired: int = 0
    replaces: str = "rows"
    unreadable_keys: int = 0
    months: list[str] = field(default_factory=list)
    retired_rows: list[RetiredRow] = field(default_factory=list)
    lacking: list[LackingColumn] = field(default_factory=list)
    moves: list[dict[str, object]] = field(default_factory=list)
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
        return of_record(self.record)


def of_record(record: ImportRecord) -> Account:
    """Return what became of the rows of an import when it was made."""
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
        covers_areas=record["covers_areas"],
        added=record.get("added", 0),
        replaced=record.get("replaced", 0),
        retired=record.get("retired", 0),
        replaces=record["replaces"],
        unreadable_keys=record.get("unreadable_keys", 0),
        months=record.get("touched", []),
        retired_rows=record.get("retired_rows", []),
        lacking=record.get("lacking", []),
    )


def account(settled: SettledRows, db: Warehouse) -> AccountedRows:
    """Account for every row of a file.

    Raises SourceFileError where no row of it can be kept because keys repeat.
    """
    judged, staged = settled.judged, settled.staged
    file, fates, records = judged.file, judged.fates, judged.records
    problems = unreadable.problems(file, records, judged.reading, judged.staged.sql, db)
    if settled.differing and fates.readable == settled.differing:
        if problems.empty and not records.unsplittable:
            raise unreadable.every_key_repeated(file, records)
        raise unreadable.no_row_readable(
            file, records, judged.reading, problems, fates.left_out
        )
    flagged = _flagged(staged, db)
    covered = held_days.covered(judged, db)
    covers = covered.days
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
        "holes": [
            [hole.area, hole.first_on.isoformat(), hole.last_on.isoformat()]
            for hole in covered.holes
        ],
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
        "unreadable_keys": _unreadable_keys(judged, db),
        "mends": _mends(judged, db),
        "filtered_months": _filtered_months(judged, db),
        "added": settled.held.added,
        "replaced": settled.held.superseded,
        "retired": 0,
        "touched": settled.held.months,
        "retired_rows": [],
        "lacking": lacking_columns.find(judged.reading, staged, flagged, db),
    }
    return AccountedRows(judged, staged, record)


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
                example["value"] = failed_expressions.reason(
                    judged.file, judged.records, column, line, db
                )
            example["of_rows"], example["of_values"] = of_rows, len(found)
            examples.append(example)
    return examples


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


def _unreadable_keys(judged: JudgedRows, db: Warehouse) -> int:
    """Return how many refused rows may have any key."""
    is_unreadable = " or ".join(
        f"{identifier(name)} is null" for name in judged.file.contract.key
    )
    counted = fill(
        "import/unreadable_keys",
        staged=judged.staged.sql,
        is_unreadable=is_unreadable,
    )
    return db.tuples(counted)[0][0] + len(judged.records.unsplittable)


def _mends(judged: JudgedRows, db: Warehouse) -> dict[str, list[int]]:
    """Return, by file, the lines of refused rows that a quarantine file holds again."""
    records = judged.records
    if not set(mappings.QUARANTINE_COLUMNS[:2]) <= set(records.header):
        return {}
    mended = fill("import/mended_lines", **judged_rows.of_text(records))
    return {
        file: sorted(line for line in lines if line is not None)
        for file, lines in db.tuples(mended)
    }


def _filtered_months(judged: JudgedRows, db: Warehouse) -> dict[str, dict[str, int]]:
    """Return, by reason and month, how many rows were left out."""
    months: dict[str, dict[str, int]] = {}
    if not judged.fates.filtered:
        return months
    counted = fill(
        "import/filtered_months",
        staged=judged.staged.sql,
        happened=identifier(judged.file.contract.happened),
    )
    for reason, month, count in db.tuples(counted):
        months.setdefault(reason, {})[month] = count
    return months


def _areas(judged: JudgedRows, staged: StagedRows, db: Warehouse) -> list[str] | None:
    """Return the areas that the file covers, or None for the whole force."""
    if judged.identity.areas is not None:
        return list(judged.identity.areas) or None
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
