"""Intake: the rows of one export, judged and counted, in a temporary directory.

DuckDB reads the file once and writes its rows as Parquet by fate (accepted, refused,
filtered) and month. From these come the account of rows, the settling of keys that
repeat, and the quarantine. Nothing outside the temporary directory is written.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import periods, settings, warehouse
from kpis.errors import SourceFileError, UserError
from kpis.ingest import (
    caller_key,
    covered_days,
    csv_records,
    lake,
    reading_sql,
    repeated_keys,
)
from kpis.ingest.csv_records import Records
from kpis.ingest.job import Job
from kpis.ingest.reading_sql import Reading
from kpis.ingest.row_faults import REMEDIES
from kpis.warehouse import StatementError, Warehouse, fill, identifier, literal

Result = TypeVar("Result")
LONGEST_EXAMPLE = 200
MOST_FLAGS_SHOWN = 10
FLAG_COLUMNS = ("rule", "column_name", "value", "row_count", "flagged")
# a macro stands after those that it uses
MACROS = (
    "has_offset", "local_clock", "whole_number", "true_or_false", "next_day_if_before",
    "financial_year", "normal_spelling", "is_number_like", "masked", "plain_number",
    "caller_hash_of", "marked_hash",
)  # fmt: skip


def take_in(job: Job, records: Records, used: set[str], manifest: dict) -> None:
    """Read a file whose records are found, and draw up `job.account`.

    `used` are the export's columns that the mapping uses. Raises UserError where no
    row can be read.
    """
    job.progress(0.3, "reading rows")
    plan = reading_sql.compile_reading(
        job.contract, job.layout, used, job.spellings, records.has_padding
    )
    house = warehouse.writer(job.temporary / "spill")
    try:
        _prepare(job, house, plan, records)
        reading_sql.try_expressions(house, job.layout, used)
        house.run(_judged(house, plan, records))
        job.lines = _lines(house, records)
        _write_rows(job, house, plan, manifest)
        _account(job, house, plan, records, manifest)
        _write_quarantine(job, house, plan)
    finally:
        house.close()


def _prepare(job: Job, house: Warehouse, plan: Reading, records: Records) -> None:
    """Make the tables and macros that the reading of this file needs."""
    house.run(warehouse.text("import/keep_order"))
    if plan.hides_numbers:
        job.key = caller_key.load(job.data_dir)
    key = job.key or caller_key.NO_KEY
    house.run(
        warehouse.text("import/caller_key"),
        [key.mark, key.inner_pad, key.outer_pad],
    )
    for macro in MACROS:
        house.run(warehouse.text(f"macros/{macro}"))
    unsplittable = pd.DataFrame(
        [(one.line, one.byte_offset, one.problem) for one in records.unsplittable],
        columns=["line", "byte_offset", "problem"],
    ).astype({"line": "int64", "byte_offset": "int64", "problem": "str"})
    house.add_frame("unsplittable", unsplittable)


def _judged(house: Warehouse, plan: Reading, records: Records) -> str:
    """Return the statement for the view that reads and judges every row."""
    names = csv_records.unique(records.header)
    quote = records.layout.quote if records.has_quotes else ""
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    return fill(
        "import/judged",
        file=literal(str(records.path)),
        skip=literal(records.skip_lines),
        delimiter=literal(records.layout.delimiter),
        quote=literal(quote),
        columns=f"{{{columns}}}",
        **plan.view,
    )


def _lines(house: Warehouse, records: Records) -> dict[str, str]:
    """Return SQL that turns a record's number into its physical line.

    The join is left out where one number does for all, because it sorts.
    """
    shifts = [(record, line - record) for record, line in records.shifts]
    if len(shifts) <= 1:
        shift = shifts[0][1] if shifts else 0
        return {"line": f"in_order._record + {shift}", "line_shift": ""}
    frame = pd.DataFrame(shifts, columns=["from_record", "shift"])
    house.add_frame("line_shift", frame)
    return {
        "line": "in_order._record + line_shift.shift",
        "line_shift": "asof join line_shift "
        "on in_order._record >= line_shift.from_record",
    }


def _write_rows(job: Job, house: Warehouse, plan: Reading, manifest: dict) -> None:
    """Read the file once: type, judge and write its rows; then part them.

    They are written in the file's order, so that their place tells their line: to
    number them while they are read would leave all but one processor idle.
    """
    if job.extracted_at is None:
        job.extracted_at = _end_of_last_day(job, house, plan)
    covered_days.refuse_days_to_come(job)
    in_order = literal(str(job.temporary / "in_order.parquet"))
    read = fill(
        "import/stage",
        columns=reading_sql.final_columns(plan),
        import_id=literal(job.import_id),
        extracted_at=literal(job.extracted_at.isoformat()),
        problems=reading_sql.problems(plan),
        refusing_bits=str(plan.refusing_bits),
        happened=identifier(job.contract.happened),
        is_past_retention=_is_past_retention(job, manifest),
        target=in_order,
    )

    def progress(share: float) -> None:
        job.progress(0.3 + 0.4 * share, "reading rows")

    _row_by_row(job, house, lambda: house.run(read, progress=progress))
    job.staged_in = job.temporary / "staged"
    target = literal(str(job.staged_in))
    job.progress(0.7, "parting rows by month")
    house.run(fill("import/part", read=in_order, target=target, **job.lines))


def _is_past_retention(job: Job, manifest: dict) -> str:
    """Return SQL: whether a row is of a month whose rows may be kept no longer."""
    month = lake.first_kept(manifest, job.contract.source)
    if month is None:
        return "false"
    happened = identifier(job.contract.happened)
    return f"strftime({happened}, '%Y-%m') < {literal(month)}"


def _row_by_row(job: Job, house: Warehouse, read: Callable[[], Result]) -> Result:
    """Return what `read` does, though an expression may fail on a row.

    DuckDB works out what several expressions have in common apart from them, outside
    of what catches their errors. It is told not to only when that has failed, because
    it makes reading slower.
    """
    try:
        return read()
    except StatementError:
        if not job.layout.expressions:
            raise
        house.run(fill("import/keep_expressions_whole"))
        return read()


def _end_of_last_day(job: Job, house: Warehouse, plan: Reading) -> datetime:
    last_moment = fill(
        "import/last_moment",
        happened=f"{identifier(job.contract.happened)}::timestamptz",
        refusing_bits=str(plan.refusing_bits),
        zone=literal(settings.TIME_ZONE),
    )
    last = _row_by_row(job, house, lambda: house.tuples(last_moment))[0][0]
    zone = ZoneInfo(settings.TIME_ZONE)
    if last is None:
        return datetime(1970, 1, 1, tzinfo=zone)
    day = periods.of_day(last.date(), job.contract.stands_for)[1]
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)


def _account(job, house: Warehouse, plan: Reading, records: Records, manifest) -> None:
    """Count the rows by what becomes of them, and settle the keys among them."""
    job.progress(0.8, "looking for rows already held")
    job.is_mended = "quarantined_from" in records.header
    if not records.count:
        raise _nothing_readable(job, plan, pd.DataFrame({"fate": []}), records)
    parts = house.query(fill("import/counts", staged=job.staged))
    rows = {"accepted": 0, "refused": 0, "filtered": 0}
    rows |= parts.groupby("fate")["row_count"].sum().to_dict()
    if sum(rows.values()) != records.count:
        raise RuntimeError(f"{rows} were read, but {records.count} rows were found")
    problems = house.query(
        fill("import/reasons", staged=job.staged, refuses=reading_sql.refuses(plan))
    )
    repeated = repeated_keys.settle(job, house)
    differing, equal = repeated["key_repeated"], repeated["duplicate"]
    flags = _flags(job, house)
    if rows["accepted"] == differing and not rows["filtered"]:
        raise _nothing_readable(job, plan, problems, records)
    earlier = repeated_keys.earlier_import(job, manifest)
    held = repeated_keys.held(job, house, manifest, earlier)
    stored = rows["accepted"] - equal - differing
    counts = {
        "read": records.count + len(records.unsplittable),
        "accepted": stored - held["duplicates"],
        "quarantined": rows["refused"] + differing + len(records.unsplittable),
        "duplicates": equal + held["duplicates"],
        "filtered": rows["filtered"],
        "superseded": held["superseded"] + (earlier["stored"] if earlier else 0),
        "flagged": flags[0]["flagged"] if flags else 0,
        "stored": stored,
    }
    of_rule: dict[str, int] = {}
    for flag in flags:
        of_rule[flag["rule"]] = of_rule.get(flag["rule"], 0) + flag["row_count"]
    job.account = {
        **_description(job, house),
        **_counts(counts.keys(), counts.values()),
        "reasons": _reasons(parts, problems, differing, records),
        "flags": of_rule,
        "flagged_values": flags[:MOST_FLAGS_SHOWN],
        "error": None,
        "columns": plan.provided,
        "replaces_import": earlier["import_id"] if earlier else None,
        "moved_months": held["moved_months"],
    }


def _counts(names, counts) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, counts, strict=True)}


def _flags(job: Job, house: Warehouse) -> list[dict]:
    """Return what was flagged in rows that stay, by rule, column and value."""
    if not job.months:
        return []
    found = house.tuples(fill("import/flags", staged=job.staged))
    return [dict(zip(FLAG_COLUMNS, row, strict=True)) for row in found]


def _reasons(parts, problems, key_repeated: int, records: Records) -> dict[str, int]:
    """Return how many rows were filtered or refused for each reason."""
    filtered = parts[parts["fate"] == "filtered"]
    refused = problems[problems["fate"] == "refused"]
    reasons = _counts(filtered["part"], filtered["row_count"])
    reasons |= _counts(refused["rule"], refused["row_count"])
    others = {
        "key_repeated": key_repeated,
        "cannot_be_split": len(records.unsplittable),
    }
    return reasons | {rule: int(count) for rule, count in others.items() if count}


def _nothing_readable(job, plan, problems: pd.DataFrame, records: Records) -> UserError:
    total = records.count + len(records.unsplittable)
    refused = problems[problems["fate"] == "refused"]
    if len(refused):
        first = refused.iloc[0]
        column, shown = first["column_name"], "is empty"
        if not pd.isna(first["example"]):
            example = " ".join(first["example"].split())
            shown = f"has '{example[:LONGEST_EXAMPLE]}'"
        return SourceFileError(
            job.name,
            f"none of {total} rows can be read as {job.layout.name} says. Here column "
            f"{column} {shown} ({first['rule']}); right would be "
            f"{plan.remedy(first['rule'], column)}.",
            line=int(first["first_line"]),
            remedy="Choose another layout, or correct this mapping.",
        )
    if records.unsplittable:
        one = records.unsplittable[0]
        return SourceFileError(
            job.name,
            f"none of {total} rows can be read: this one {one.problem}.",
            line=one.line,
            remedy="Correct delimiter and quote in the mapping.",
        )
    return SourceFileError(
        job.name,
        f"every one of {total} rows has the key ({', '.join(job.contract.key)}) of "
        "another row with different contents.",
        line=records.header_line + 1,
        remedy="Form a key in the mapping that is different for every row.",
    )


def _description(job: Job, house: Warehouse) -> dict:
    """Say what the file is and what it covers.

    A mended quarantine file covers nothing by itself: the file it came from does.
    """
    covers = job.covers
    if covers is None and job.months and not job.is_mended:
        days = fill(
            "import/covered_days",
            staged=job.staged,
            happened=identifier(job.contract.happened),
        )
        covers = covered_days.of_rows(*house.tuples(days)[0], job)
    return {
        "import_id": job.import_id,
        "file": job.name,
        "source": job.layout.source,
        "mapping": job.layout.name,
        "mapping_sha256": job.layout.digest,
        "contract_sha256": job.contract.digest,
        "sha256": job.sha256,
        "extracted_at": job.extracted_at.isoformat(),
        "covers_from": covers[0].isoformat() if covers else None,
        "covers_to": covers[1].isoformat() if covers else None,
        "covers_areas": _areas(job, house),
        "replaces": job.layout.edition.replaces,
        "caller_key": job.key.mark if job.key else None,
        "months": job.months,
    }


def _areas(job: Job, house: Warehouse) -> list[str] | None:
    """Return the areas that the file covers, or None for the whole force."""
    if job.layout.covers.areas == "all":
        return None
    if not job.months:
        return []
    present = fill(
        "import/areas_present",
        staged=job.staged,
        area=identifier(job.contract.area),
    )
    return [code for (code,) in house.tuples(present)]


def _write_quarantine(job: Job, house: Warehouse, plan: Reading) -> None:
    if not job.account["quarantined"]:
        return
    job.progress(0.9, "writing the quarantine")
    remedy = literal(REMEDIES["key_repeated"])
    key_repeated = fill(
        "import/problem_with_remedy",
        rule=literal("key_repeated"),
        column=literal(", ".join(job.contract.key)),
        value="null::varchar",
        remedy=remedy,
    )
    quarantine = fill(
        "import/quarantine",
        file=literal(job.name),
        texts=reading_sql.contract_texts(plan),
        problems=reading_sql.refusals(plan),
        refusing_bits=str(plan.refusing_bits),
        key_repeated=key_repeated,
        split_remedy=literal(REMEDIES["cannot_be_split"]),
        **job.lines,
        target=literal(str(job.temporary / "quarantine.csv")),
    )
    _row_by_row(job, house, lambda: house.run(quarantine))
