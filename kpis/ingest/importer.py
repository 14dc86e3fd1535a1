"""Import: an export in a force's own layout becomes rows of the lake.

Each file is a transaction of its own, also where its mapping splits it into several
sources: it is read into a temporary directory, its account of rows is drawn up, and
only then do its files move into the lake and the manifest is replaced. For every file
and source read = accepted + quarantined + duplicates + filtered, to the row.
"""

import hashlib
import json
import os
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from kpis import settings
from kpis.definitions import (
    Layout,
    Mapping,
    Split,
    contracts,
    indicators,
    mappings,
    reference_tables,
)
from kpis.errors import SourceFileError, UserError
from kpis.ingest import caller_key, csv_records, intake, lake, text_files
from kpis.ingest.csv_records import Records
from kpis.ingest.job import Job, Progress, Request
from kpis.ingest.text_files import Text

TOTALS = re.compile(
    r"(grand|sub|overall)?[\s-]*totals?(\s+(of|rows|records))*[\s:=]*[\d,. ]*",
    re.IGNORECASE,
)
LONGEST_NAME = 1000
LONGEST_MESSAGE = 2000
NOTHING_SAID = Request()
NUMBER = re.compile(r"\+?\(?\d[\d ()./-]{5,}\d")


def available_mappings(data_dir: Path | None = None) -> list[Mapping | Split]:
    """Return every mapping that can be read, by name."""
    directory = data_dir or settings.home()
    return [mappings.load(name, directory) for name in mappings.available(directory)]


def fitting(path: Path, data_dir: Path) -> list[Mapping | Split]:
    """Return the mappings whose columns a file has, by name; none if it is no text."""
    with TemporaryDirectory() as temporary:
        texts: dict[str, Text | None] = {}
        return [
            one
            for one in available_mappings(data_dir)
            if all(_fits(path, part, texts, Path(temporary)) for part in one.parts)
        ]


def _fits(path: Path, layout: Mapping, texts: dict, temporary: Path) -> bool:
    """Whether a file has the columns of a mapping; `texts` keeps it by encoding."""
    encoding = layout.encoding
    try:
        if encoding not in texts:
            own = temporary / encoding
            own.mkdir()
            texts[encoding] = None
            texts[encoding] = text_files.plain(path, path.name, encoding, own)
        text = texts[encoding]
        if text is None:
            return False
        header = csv_records.read_header(text.path, _written(text, layout))
        mappings.check_header(mappings.for_header(layout, header), header)
    except UserError:
        return False
    return True


def tells_when(layout: Mapping | Split, file_name: str) -> bool:
    """Whether layout or file name tells when an export was made."""
    try:
        return all(
            part.edition.last_row or mappings.extracted_at(part, file_name)
            for part in layout.parts
        )
    except UserError:
        return False


def import_file(
    path: Path,
    mapping_name: str,
    data_dir: Path,
    request: Request = NOTHING_SAID,
    progress: Progress = lambda share, step: None,
) -> dict:
    """Import a file of one source and return its account."""
    (account,) = import_parts(path, mapping_name, data_dir, request, progress)
    return account


def import_parts(
    path: Path,
    mapping_name: str,
    data_dir: Path,
    request: Request = NOTHING_SAID,
    progress: Progress = lambda share, step: None,
) -> list[dict]:
    """Import one file; return an account for each source that its mapping makes of it.

    They are as `import --json` prints them. Raises UserError, having changed nothing,
    for what cannot be read as mapped.
    """
    layouts = mappings.load(mapping_name, data_dir).parts
    with lake.writing(data_dir) as temporary:
        digest = _digest(path, request.file_name or path.name)
        manifest = lake.read_manifest(data_dir)
        jobs = []
        for place, layout in enumerate(layouts):
            step = _Step(progress, place, len(layouts))
            job = Job(
                path, request.file_name or path.name, contracts.load(layout.source),
                layout, request, data_dir, temporary / layout.name, step.tell, digest,
            )  # fmt: skip
            _take(job, manifest)
            jobs.append(job)
        if not request.is_dry_run:
            _publish(jobs, manifest)
        progress(1.0, "done")
        return [_shown(job.account) for job in jobs]


@dataclass(frozen=True)
class _Step:
    """The progress of one of several parts."""

    progress: Progress
    place: int
    count: int

    def tell(self, share: float, step: str) -> None:
        self.progress((self.place + share) / self.count, step)


def _digest(path: Path, name: str) -> str:
    if not path.is_file():
        raise SourceFileError(name, "there is no such file.", remedy="Check the path.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _take(job: Job, manifest: dict) -> None:
    """Read a file through one mapping, unless the lake holds it so already."""
    try:
        _identify(job)
    except UserError:
        # where the layout is wrong, that is the first thing to say
        job.temporary.mkdir()
        _open(job)
        raise
    state = lake.states(manifest).get(job.import_id, {}).get("state")
    if state == "current":
        job.is_known = True
        job.account = _known_account(manifest["imports"][job.import_id])
        return
    job.temporary.mkdir()
    _read(job, manifest)
    _refuse_changed_key(job, manifest)


def _identify(job: Job) -> None:
    """Name the import after its content, so that importing twice is the same act."""
    job.extracted_at = job.request.extracted_at or mappings.extracted_at(
        job.layout, job.name
    )
    if job.extracted_at is None and not job.layout.edition.last_row:
        raise UserError(
            f"{job.name}: neither the file's name nor the mapping {job.layout.name} "
            "tells when the export was made. Say it: "
            "--extracted-at 2004-04-01T03:00:00+01:00."
        )
    job.covers = job.request.covers or mappings.covered_period(job.layout, job.name)
    if job.covers and job.covers[0] > job.covers[1]:
        first, last = job.covers
        raise UserError(f"{job.name}: it cannot cover {first} to {last}: see --covers.")
    job.spellings = _spellings(job)
    said = [
        job.sha256, job.layout.name, job.layout.digest, job.contract.digest,
        str(job.extracted_at), str(job.covers), job.spellings.to_csv(),
    ]  # fmt: skip
    job.import_id = hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def _spellings(job: Job) -> pd.DataFrame:
    """Return every spelling of a code that the mapping's columns may hold."""
    columns = job.contract.columns
    wanted = {columns[name].reference for name in job.layout.columns} - {""}
    rows = [
        (kind, spelling, code)
        for kind in sorted(wanted)
        for spelling, code in reference_tables.spellings(
            kind, job.data_dir, list(indicators.load())
        ).items()
    ]
    frame = pd.DataFrame(rows, columns=["reference", "spelling", "code"])
    return frame.astype("str")


def _known_account(record: dict) -> dict:
    """The same bytes under the same mapping: every row of them is held already."""
    zero = dict.fromkeys(lake.COUNTS, 0)
    counts = {**zero, "read": record["read"], "duplicates": record["read"]}
    nothing = {"reasons": {}, "flags": {}, "flagged_values": []}
    return {**record, **counts, **nothing, "is_known": True}


def _shown(account: dict) -> dict:
    names = [
        "import_id", "file", "source", "mapping", "sha256", *lake.COUNTS, "reasons",
        "error", "flags", "flagged_values", "extracted_at", "covers_from", "covers_to",
    ]  # fmt: skip
    shown = {name: account.get(name) for name in names}
    return shown | {"is_known": account.get("is_known", False)}


def _read(job: Job, manifest: dict) -> None:
    text, layout, used = _open(job)
    intake.take_in(job, _find_records(job, text, layout), used, manifest)


def _open(job: Job) -> tuple[Path, Layout, set[str]]:
    """Return the file as text, how it is written, and the columns that are used."""
    text = text_files.plain(job.path, job.name, job.layout.encoding, job.temporary)
    layout = _written(text, job.layout)
    return text.path, layout, _check_header(job, text.path, layout)


def _written(text: Text, layout: Mapping) -> Layout:
    if text.is_table:
        return replace(layout.layout, delimiter=",", quote='"')
    return layout.layout


def _check_header(job: Job, text: Path, layout: Layout) -> set[str]:
    """Return the export's columns that the mapping uses."""
    header = csv_records.read_header(text, layout)
    line = layout.skip_lines + 1
    if any(len(name) > LONGEST_NAME for name in header):
        raise SourceFileError(
            job.name,
            "this is no header, or a quote in it is not closed.",
            line=line,
            remedy="Correct the file, or delimiter and quote in the mapping.",
        )
    try:
        job.layout = mappings.for_header(job.layout, header)
        return mappings.check_header(job.layout, header)
    except UserError as error:
        remedy = _which_fit(job)
        whole = header[0] if len(header) == 1 else ""
        other = next((sign for sign in ",;\t|" if sign in whole), None)
        if other:
            remedy = f"Set delimiter = {json.dumps(other)} in the mapping."
        # a file without a header has a row here, and in it perhaps a caller's number
        shown = " ".join(NUMBER.sub("(number)", str(error)).split())
        if len(shown) > LONGEST_MESSAGE:
            shown = shown[:LONGEST_MESSAGE] + " ..."
        raise SourceFileError(job.name, shown, line=line, remedy=remedy) from None


def _which_fit(job: Job) -> str:
    fits = [
        f"{one.title} (mapping {one.name})" for one in fitting(job.path, job.data_dir)
    ]
    if fits:
        return f"Choose a layout that fits: {' or '.join(fits)}."
    return "No other layout fits: correct this mapping, or write one for this file."


def _find_records(job: Job, text: Path, layout: Layout) -> Records:
    job.progress(0.05, "finding rows")
    records = csv_records.scan(
        text,
        layout,
        job.temporary / "clean.csv",
        lambda share: job.progress(0.05 + 0.25 * share, "finding rows"),
    )
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
            line=records.header_line,
            remedy="Export again, or leave the file out.",
        )
    words = csv_records.split(records.last_row, layout)
    first = next((word.strip() for word in words if word.strip()), "")
    if TOTALS.fullmatch(first):
        raise SourceFileError(
            job.name,
            f"the last row is a total ('{first}'), not a row of the export.",
            line=records.last_line,
            remedy="Set footer_rows = 1 in the mapping, or take the row out.",
        )
    return records


def _refuse_changed_key(job: Job, manifest: dict) -> None:
    """Raise UserError where callers could not be matched with those already held."""
    account = job.account
    if not job.key or not account["covers_from"]:
        return
    others = [
        caller_key.Use(
            one["import_id"],
            one["caller_key"],
            date.fromisoformat(one["covers_from"]),
            date.fromisoformat(one["covers_to"]),
        )
        for one in lake.current(manifest, job.layout.source)
        if one["caller_key"]
        and one["covers_from"]
        and one["import_id"] != account["replaces_import"]
    ]
    first, last = (account[name] for name in ("covers_from", "covers_to"))
    caller_key.refuse_change(
        job.key, date.fromisoformat(first), date.fromisoformat(last), others
    )


def _publish(jobs: list[Job], manifest: dict) -> None:
    """Move the files into the lake; the manifest is last, and makes them count."""
    new = [job for job in jobs if not job.is_known]
    for job in new:
        job.progress(0.95, "writing the lake")
        _move(job)
        account = job.account
        manifest["imports"][job.import_id] = account
        if account["replaces_import"]:
            why = f"imported again with a changed mapping as {job.import_id}"
            lake.add_event(manifest, account["replaces_import"], "replaced", why)
        lake.add_event(manifest, job.import_id, "imported")
    if new:
        lake.write_manifest(jobs[0].data_dir, manifest)


def _move(job: Job) -> None:
    if job.key:
        caller_key.keep(job.key, job.data_dir)
    for month, file in zip(
        job.months, lake.files(job.data_dir, [job.account]), strict=True
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        staged = job.staged_in / "fate=accepted" / f"part={month}"
        (one,) = staged.glob("*.parquet")
        _sync(one)
        one.replace(file)
    quarantine = job.temporary / "quarantine.csv"
    if quarantine.exists():
        kept = job.data_dir / "quarantine" / f"{job.import_id}.csv"
        kept.parent.mkdir(exist_ok=True)
        quarantine.replace(kept)


def _sync(file: Path) -> None:
    """Have a file on the disk before the manifest lists it: the power may go."""
    with file.open("rb") as written:
        os.fsync(written.fileno())


def failed(path: Path, mapping_name: str, error: str) -> dict:
    """Return the account of a file of which nothing was imported."""
    counts = dict.fromkeys(lake.COUNTS, 0)
    return _shown(
        {"file": path.name, "mapping": mapping_name, "error": error, **counts}
        | {"reasons": {}}
    )
