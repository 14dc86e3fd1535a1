"""Import: an export in a force's own layout becomes rows of the lake.

Each file is a transaction of its own: it is read into a temporary directory, its
account of rows is drawn up, and only then do its files move into the lake and the
manifest is replaced. For every file read = accepted + quarantined + duplicates +
filtered, to the row.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from kpis import (
    caller_key,
    contracts,
    csv_records,
    lake,
    mapping,
    periods,
    reading,
    reference,
    registry,
    settings,
    textfile,
    warehouse,
)
from kpis.contracts import Contract
from kpis.csv_records import Records
from kpis.errors import SourceFileError, UserError
from kpis.mapping import Mapping
from kpis.reading import Reading
from kpis.warehouse import Warehouse, fill, identifier, literal

Progress = Callable[[float, str], None]
TOTALS = re.compile(r"\s*(grand\s+|sub)?totals?\b", re.IGNORECASE)
# a macro stands after those that it uses
MACROS = (
    "has_offset", "whole_number", "true_or_false", "next_day_if_before",
    "normal_spelling", "masked", "plain_number", "caller_hash_of", "marked_hash",
)  # fmt: skip
FILE_NAME_RULES = "--extracted-at 2004-04-01T03:00:00+01:00"


@dataclass(frozen=True)
class Request:
    """What the user said about a file beside its mapping."""

    extracted_at: datetime | None = None
    covers: tuple[date, date] | None = None
    is_dry_run: bool = False
    file_name: str = ""


@dataclass
class Job:
    """One file on its way into the lake."""

    path: Path
    name: str
    contract: Contract
    layout: Mapping
    request: Request
    data_dir: Path
    temporary: Path
    progress: Progress
    sha256: str = ""
    import_id: str = ""
    staged: str = ""
    extracted_at: datetime | None = None
    key: caller_key.CallerKey | None = None
    account: dict = field(default_factory=dict)


def available_mappings(data_dir: Path | None = None) -> list[Mapping]:
    """Return every mapping that can be read, by name."""
    directory = data_dir or settings.home()
    return [mapping.load(name, directory) for name in mapping.available(directory)]


def import_file(
    path: Path,
    mapping_name: str,
    data_dir: Path,
    request: Request = Request(),
    progress: Progress = lambda share, step: None,
) -> dict:
    """Import one file and return its account, as `import --json` prints it.

    Raises UserError, having changed nothing, for what cannot be read as mapped.
    """
    layout = mapping.load(mapping_name, data_dir)
    contract = contracts.load(layout.source)
    with lake.writing(data_dir) as temporary:
        job = Job(
            path, request.file_name or path.name, contract, layout, request, data_dir,
            temporary, progress,
        )  # fmt: skip
        _identify(job)
        manifest = lake.read_manifest(data_dir)
        state = lake.states(manifest).get(job.import_id, {}).get("state")
        if state == "current":
            return _known_account(manifest["imports"][job.import_id])
        _read(job, manifest)
        if not request.is_dry_run:
            _publish(job, manifest)
        return _shown(job.account)


def _identify(job: Job) -> None:
    """Name the import after its content, so that importing twice is the same act."""
    if job.path.is_file():
        with job.path.open("rb") as file:
            job.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    job.extracted_at = job.request.extracted_at or mapping.extracted_at(
        job.layout, job.name
    )
    if job.extracted_at is None and not job.layout.edition.last_row:
        raise UserError(
            f"{job.name}: neither the file's name nor the mapping {job.layout.name} "
            f"tells when the export was made. Say it: {FILE_NAME_RULES}."
        )
    said = [
        job.sha256, job.layout.name, job.layout.digest, job.contract.digest,
        str(job.extracted_at), str(job.request.covers),
    ]  # fmt: skip
    job.import_id = hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def _known_account(record: dict) -> dict:
    """The same bytes under the same mapping: every row of them is held already."""
    zero = dict.fromkeys(lake.COUNTS, 0)
    counts = {**zero, "read": record["read"], "duplicates": record["read"]}
    return _shown({**record, **counts, "reasons": {}})


def _shown(account: dict) -> dict:
    names = [
        "import_id", "file", "source", "mapping", "sha256", *lake.COUNTS, "reasons",
        "error", "flags", "extracted_at", "covers_from", "covers_to",
    ]  # fmt: skip
    return {name: account.get(name) for name in names}


def _read(job: Job, manifest: dict) -> None:
    text = textfile.plain(job.path, job.name, job.layout.encoding, job.temporary)
    records = _find_records(job, text)
    used = mapping.check_header(job.layout, records.header)
    job.progress(0.3, "reading rows")
    plan = reading.compile_reading(job.contract, job.layout, used, records.has_padding)
    house = warehouse.writer(job.temporary / "spill")
    try:
        _prepare(job, house, plan, records)
        _stage(job, house, plan)
        _account(job, house, plan, records, manifest)
        _write_quarantine(job, house, plan)
    finally:
        house.close()


def _find_records(job: Job, text: Path) -> Records:
    job.progress(0.05, "finding rows")
    records = csv_records.scan(
        text,
        job.layout.layout,
        job.temporary / "clean.csv",
        lambda share: job.progress(0.05 + 0.25 * share, "finding rows"),
    )
    mapping.check_header(job.layout, records.header)
    if records.repeated_header_line:
        raise SourceFileError(
            job.name,
            "the header stands here again: two exports were joined.",
            line=records.repeated_header_line,
            remedy="Import them one by one.",
        )
    if not records.count and not records.unsplittable:
        raise SourceFileError(
            job.name,
            "there is only a header and no row.",
            line=1,
            remedy="Export again, or leave the file out.",
        )
    words = csv_records.split(records.last_record, job.layout.layout)
    filled = [word for word in words if word.strip()]
    if filled and TOTALS.match(filled[0]):
        raise SourceFileError(
            job.name,
            f"the last row is a total ('{filled[0].strip()}'), not a row of the export.",
            line=records.last_line,
            remedy="Set footer_rows = 1 in the mapping, or take the row out.",
        )
    return records


def _prepare(job: Job, house: Warehouse, plan: Reading, records: Records) -> None:
    """Make the tables, macros and view that the reading of this file needs."""
    house.add_frame("known_spelling", _spellings(job, plan))
    house.run(warehouse.text("import/known_code"))
    if plan.hides_numbers:
        job.key = caller_key.load(job.data_dir)
    key = job.key or caller_key.CallerKey("", b"", b"")
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
    names = csv_records.unique(records.header)
    layout = job.layout
    quote = layout.quote if records.has_quotes else ""
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    house.run(
        fill(
            "import/judged",
            file=literal(str(records.path)),
            skip=literal(records.skip_lines),
            delimiter=literal(layout.delimiter),
            quote=literal(quote),
            columns=f"{{{columns}}}",
            **_lines(house, records),
            **plan.view,
        )
    )


def _lines(house: Warehouse, records: Records) -> dict[str, str]:
    """Return SQL that turns a record's number into its physical line.

    The join is left out where one number does for all, because it sorts.
    """
    shifts = [(record, line - record) for record, line in records.shifts]
    if len(shifts) <= 1:
        shift = shifts[0][1] if shifts else 0
        return {"line": f"typed._record + {shift}", "line_shift": ""}
    frame = pd.DataFrame(shifts, columns=["from_record", "shift"])
    house.add_frame("line_shift", frame)
    return {
        "line": "typed._record + line_shift.shift",
        "line_shift": "asof join line_shift on typed._record >= line_shift.from_record",
    }


def _spellings(job: Job, plan: Reading) -> pd.DataFrame:
    wanted = {job.contract.columns[name].reference for name in plan.provided} - {""}
    rows = [
        (kind, spelling, code)
        for kind in sorted(wanted)
        for spelling, code in reference.spellings(
            kind, job.data_dir, list(registry.load())
        ).items()
    ]
    frame = pd.DataFrame(rows, columns=["reference", "spelling", "code"])
    return frame.astype("str")


def _stage(job: Job, house: Warehouse, plan: Reading) -> None:
    """Read the file once: type, judge and write its rows, parted by fate and month."""
    if job.extracted_at is None:
        job.extracted_at = _end_of_last_day(job, house, plan)
    target = job.temporary / "staged"
    house.run(
        fill(
            "import/stage",
            columns=reading.final_columns(plan),
            import_id=literal(job.import_id),
            extracted_at=literal(job.extracted_at.isoformat()),
            problems=reading.problems(plan),
            refusing_bits=str(plan.refusing_bits),
            happened=identifier(job.contract.happened),
            target=literal(str(target)),
        ),
        progress=lambda share: job.progress(0.3 + 0.5 * share, "reading rows"),
    )
    job.staged = literal(str(target / "**" / "*.parquet"))


def _end_of_last_day(job: Job, house: Warehouse, plan: Reading) -> datetime:
    last = house.tuples(
        fill(
            "import/last_moment",
            happened=f"{identifier(job.contract.happened)}::timestamptz",
            refusing_bits=str(plan.refusing_bits),
        )
    )[0][0]
    zone = ZoneInfo(settings.TIME_ZONE)
    if last is None:
        return datetime(1970, 1, 1, tzinfo=zone)
    return datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1)


def _account(job, house: Warehouse, plan: Reading, records: Records, manifest) -> None:
    job.progress(0.8, "looking for rows already held")
    parts = house.query(
        fill("import/counts", staged=job.staged, happened=job.contract.happened)
    )
    by_fate = parts.groupby("fate")["row_count"].sum().to_dict()
    filtered = parts[parts["fate"] == "filtered"].set_index("part")["row_count"]
    reasons = {rule: int(count) for rule, count in filtered.items()}
    problems = house.query(fill("import/reasons", staged=job.staged))
    refused = problems[problems["fate"] == "refused"]
    is_refusing = [_is_refusing(plan, row) for row in refused.itertuples()]
    refused = refused[is_refusing] if len(refused) else refused
    if not by_fate.get("accepted") and not by_fate.get("filtered"):
        raise _nothing_readable(job, plan, refused, records)
    for row in refused.itertuples():
        reasons[row.rule] = reasons.get(row.rule, 0) + int(row.row_count)
    repeated = _settle_repeated_keys(job, house, plan)
    if repeated.get("key_repeated"):
        reasons["key_repeated"] = repeated["key_repeated"]
    if records.unsplittable:
        reasons["cannot_be_split"] = len(records.unsplittable)
    flags = problems[problems["fate"] == "accepted"].groupby("rule")["row_count"].sum()
    earlier = _earlier_import(job, manifest)
    held = _held(job, house, plan, manifest, earlier)
    key_repeated = repeated.get("key_repeated", 0)
    duplicates = repeated.get("duplicate", 0) + held["duplicates"]
    accepted = by_fate.get("accepted", 0)
    job.account = {
        **_description(job, house, parts),
        "read": records.count + len(records.unsplittable),
        "accepted": int(accepted - duplicates - key_repeated),
        "quarantined": int(
            by_fate.get("refused", 0) + key_repeated + len(records.unsplittable)
        ),
        "duplicates": int(duplicates),
        "filtered": int(by_fate.get("filtered", 0)),
        "superseded": int(held["superseded"]) + (earlier["stored"] if earlier else 0),
        "flagged": int(parts[parts["fate"] == "accepted"]["flagged"].sum()),
        "reasons": reasons,
        "flags": {rule: int(count) for rule, count in flags.items()},
        "error": None,
        "columns": plan.provided,
        "stored": int(accepted - repeated.get("duplicate", 0) - key_repeated),
        "replaces_import": earlier["import_id"] if earlier else None,
    }


def _is_refusing(plan: Reading, problem) -> bool:
    column = plan.contract.columns.get(problem.column_name)
    rules = {rule.name: rule.otherwise for rule in plan.contract.rules}
    if problem.rule in rules:
        return rules[problem.rule] == "refuse"
    return bool(column and column.required)


def _nothing_readable(job, plan, refused: pd.DataFrame, records: Records) -> UserError:
    total = records.count + len(records.unsplittable)
    if refused.empty:
        first = records.unsplittable[0]
        return SourceFileError(
            job.name,
            f"none of {total} rows can be split into columns: this one "
            f"{first.problem}.",
            line=first.line,
            remedy="Correct delimiter and quote in the mapping.",
        )
    first = refused.iloc[0]
    shown = "is empty" if pd.isna(first.example) else f"has '{first.example}'"
    return SourceFileError(
        job.name,
        f"none of {total} rows can be read as {job.layout.name} says. Here column "
        f"{first.column_name} {shown} ({first.rule}); right would be "
        f"{plan.remedy(first.rule, first.column_name)}.",
        line=int(first.first_line),
        remedy="Choose another mapping, or correct this one.",
    )


def _settle_repeated_keys(job: Job, house: Warehouse, plan: Reading) -> dict[str, int]:
    """Keep one of equal rows with one key; refuse all that differ, never guess."""
    house.run(
        fill(
            "import/repeated_keys",
            staged=job.staged,
            key=_identifiers(job.contract.key, "{}"),
            columns=_identifiers(job.contract.columns, "accepted.{}"),
        )
    )
    counts = dict(house.tuples(warehouse.text("import/repeated_counts")))
    if counts:
        target = job.temporary / "settled"
        house.run(
            fill(
                "import/without_repeated",
                staged=job.staged,
                target=literal(str(target)),
            )
        )
        job.staged = literal(str(target / "**" / "*.parquet"))
    return counts


def _identifiers(names, form: str) -> str:
    return ", ".join(form.format(identifier(name)) for name in names)


def _earlier_import(job: Job, manifest: dict) -> dict | None:
    """Return the import of the same bytes under an earlier state of the mapping."""
    for one in lake.current(manifest, job.layout.source):
        if one["sha256"] == job.sha256 and one["mapping"] == job.layout.name:
            return one
    return None


def _held(job, house: Warehouse, plan: Reading, manifest, earlier) -> dict[str, int]:
    """Count keys that the lake already holds, with equal and with other content."""
    others = [
        one
        for one in lake.current(manifest, job.layout.source)
        if earlier is None or one["import_id"] != earlier["import_id"]
    ]
    files = lake.files(job.data_dir, others)
    if not files:
        return {"duplicates": 0, "superseded": 0}
    names = [name for name in job.contract.columns if name not in job.contract.key]
    equal = " and ".join(
        f"incoming.{identifier(name)} is not distinct from held.{identifier(name)}"
        for name in names
    )
    frame = house.query(
        fill(
            "import/held_keys",
            staged=job.staged,
            held=warehouse.literals(str(file) for file in files),
            key=_identifiers(job.contract.key, "{}"),
            is_equal=equal,
        )
    )
    return {name: int(frame[name].iloc[0]) for name in frame}


def _description(job: Job, house: Warehouse, parts: pd.DataFrame) -> dict:
    """Say what the file is and what it covers."""
    accepted = parts[parts["fate"] == "accepted"]
    covers = job.request.covers or mapping.covered_period(job.layout, job.name)
    if covers is None and len(accepted):
        days = fill(
            "import/covered_days",
            staged=job.staged,
            happened=identifier(job.contract.happened),
        )
        covers = _whole_months(*house.tuples(days)[0], job.extracted_at)
    areas = None
    if job.layout.covers.areas == "present":
        present = fill(
            "import/areas_present",
            staged=job.staged,
            area=identifier(job.contract.area),
        )
        areas = [code for (code,) in house.tuples(present)]
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
        "covers_areas": areas,
        "replaces": job.layout.edition.replaces,
        "caller_key": job.key.mark if job.key else None,
        "months": sorted(accepted["part"].tolist()),
    }


def _whole_months(first: date, last: date, extracted_at: datetime) -> tuple[date, date]:
    """Return what a file covers that does not say so: the months of its rows.

    A month that was not over when the file was made is covered to the day before.
    """
    before = extracted_at.astimezone(ZoneInfo(settings.TIME_ZONE)) - timedelta(days=1)
    end = min(periods.end_of_month(last), max(last, before.date()))
    return first.replace(day=1), end


def _write_quarantine(job: Job, house: Warehouse, plan: Reading) -> None:
    if not job.account["quarantined"]:
        return
    job.progress(0.9, "writing the quarantine")
    remedy = literal(reading.REMEDIES["key_repeated"])
    key_repeated = fill(
        "import/problem_with_remedy",
        rule=literal("key_repeated"),
        column=literal(", ".join(job.contract.key)),
        value="null::varchar",
        remedy=remedy,
    )
    house.run(
        fill(
            "import/quarantine",
            file=literal(job.name),
            texts=reading.contract_texts(plan),
            problems=reading.refusals(plan),
            refusing_bits=str(plan.refusing_bits),
            key_repeated=key_repeated,
            split_remedy=literal(reading.REMEDIES["cannot_be_split"]),
            target=literal(str(job.temporary / "quarantine.csv")),
        )
    )


def _publish(job: Job, manifest: dict) -> None:
    """Move the files into the lake; the manifest is last, and makes them count."""
    job.progress(0.95, "writing the lake")
    account = job.account
    if job.key and account["covers_from"]:
        earlier = [
            (one["import_id"], one["caller_key"], date.fromisoformat(one["covers_to"]))
            for one in lake.current(manifest, job.layout.source)
            if one["caller_key"] and one["import_id"] != account["replaces_import"]
        ]
        first_day = date.fromisoformat(account["covers_from"])
        caller_key.refuse_change(job.key, first_day, earlier)
    staged = Path(job.staged.strip("'")).parent.parent / "fate=accepted"
    for month, file in zip(
        account["months"], lake.files(job.data_dir, [account]), strict=True
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        (one,) = (staged / f"part={month}").glob("*.parquet")
        one.replace(file)
    quarantine = job.temporary / "quarantine.csv"
    if quarantine.exists():
        kept = job.data_dir / "quarantine" / f"{job.import_id}.csv"
        kept.parent.mkdir(exist_ok=True)
        quarantine.replace(kept)
    manifest["imports"][job.import_id] = account
    if account["replaces_import"]:
        why = f"imported again with a changed mapping as {job.import_id}"
        lake.add_event(manifest, account["replaces_import"], "replaced", why)
    lake.add_event(manifest, job.import_id, "imported")
    lake.write_manifest(job.data_dir, manifest)
    job.progress(1.0, "done")


def failed(path: Path, mapping_name: str, error: str) -> dict:
    """Return the account of a file of which nothing was imported."""
    counts = dict.fromkeys(lake.COUNTS, 0)
    return _shown(
        {"file": path.name, "mapping": mapping_name, "error": error, **counts}
        | {"reasons": {}}
    )
