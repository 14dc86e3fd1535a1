"""Intake: which import a file is, its text, and where its records are."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from kpis.definitions import (
    Contract,
    Layout,
    Mapping,
    indicators,
    mappings,
    reference_tables,
)
from kpis.errors import SourceFileError, UserError, unknown
from kpis.ingest import csv_records, headers, mapping_choice, text_files
from kpis.ingest.csv_records import Records
from kpis.ingest.text_files import Text
from kpis.periods import Period

Progress = Callable[[float, str], None]
TOTALS = re.compile(
    r"(grand|sub|overall)?[\s-]*totals?(\s+(of|rows|records))*[\s:=]*[\d,. ]*",
    re.IGNORECASE,
)
LONGEST_NAME = 1000
LONGEST_MESSAGE = 2000
NUMBER = re.compile(r"\+?\(?\d[\d ()./-]{5,}\d")


@dataclass(frozen=True)
class Request:
    """What the user says about a file, apart from its mapping.

    `file_name` is its name where the file itself was saved under another. `areas` are
    codes or names of those that it covers, none for the whole force; None where the
    mapping says it.
    """

    extracted_at: datetime | None = None
    covers: Period | None = None
    areas: tuple[str, ...] | None = None
    is_dry_run: bool = False
    file_name: str = ""


@dataclass(frozen=True)
class MappedFile:
    """One file, and the mapping through which it is read.

    `name` is what messages call it; `temporary` is a directory of its own.
    """

    path: Path
    name: str
    sha256: str
    mapping: Mapping
    contract: Contract
    data_dir: Path
    temporary: Path
    progress: Progress


@dataclass(frozen=True)
class Identity:
    """Which import a file is: an id worked out from its content and its reading.

    `extracted_at` is None where the last row says when the export was made, `covers`
    where the rows say what it covers; it is sure where a person said it. `areas` is
    None where the mapping says which areas. `spellings` has reference, spelling and
    code.
    """

    import_id: str
    extracted_at: datetime | None
    covers: Period | None
    is_covered_surely: bool
    areas: tuple[str, ...] | None
    spellings: pd.DataFrame


@dataclass(frozen=True)
class OpenedFile:
    """A file as text, with the columns that its mapping uses.

    Its mapping has only columns that this file has.
    """

    file: MappedFile
    text: Path
    layout: Layout
    used: set[str]


@dataclass(frozen=True)
class FoundRecords:
    """A file whose records are found."""

    file: MappedFile
    used: set[str]
    records: Records


def identify(file: MappedFile, request: Request) -> Identity:
    """Name the import after its content, so that importing twice is the same act.

    Raises UserError where no one says when the export was made.
    """
    try:
        return _identity(file, request)
    except UserError:
        # where the mapping does not fit, that is the first thing to say
        open_file(file)
        raise


def _identity(file: MappedFile, request: Request) -> Identity:
    mapping, name = file.mapping, file.name
    extracted_at = request.extracted_at or mappings.extracted_at(mapping, name)
    if extracted_at is None and not mapping.edition.last_row:
        raise UserError(
            f"{name}: neither the file's name nor the mapping {mapping.name} says when "
            "the export was made. Add it: --extracted-at 2004-04-01T03:00:00+01:00."
        )
    covers = request.covers or mappings.covered_period(mapping, name)
    if covers and covers[0] > covers[1]:
        first, last = covers
        raise UserError(f"{name}: it cannot cover {first} to {last}: see --covers.")
    areas = None if request.areas is None else _area_codes(file, request.areas)
    spellings = _spellings(file)
    named_after = [
        file.sha256, mapping.name, mapping.digest, file.contract.digest,
        str(extracted_at), str(covers), spellings.to_csv(),
    ]  # fmt: skip
    if areas is not None:
        named_after.append(f"areas {areas}")
    import_id = hashlib.sha256("\n".join(named_after).encode()).hexdigest()[:12]
    is_sure = request.covers is not None
    return Identity(import_id, extracted_at, covers, is_sure, areas, spellings)


def _area_codes(file: MappedFile, areas: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of areas; UserError for one that the source does not know."""
    contract = file.contract
    reference = contract.columns[contract.area].reference
    known = reference_tables.spellings(reference, file.data_dir, [])
    codes = {}
    for area in areas:
        code = known.get(reference_tables.normal(area)) or known.get(area.lower())
        if code is None:
            raise UserError(
                f"{file.name}: " + unknown("area", area, sorted(set(known.values())))
            )
        codes[code] = True
    return tuple(sorted(codes))


def _spellings(file: MappedFile) -> pd.DataFrame:
    """Return every spelling of a code that the mapping's columns may hold."""
    columns = file.contract.columns
    references = {columns[name].reference for name in file.mapping.columns} - {""}
    kpi_ids = list(indicators.load())
    rows = [
        (reference, spelling, code)
        for reference in sorted(references)
        for spelling, code in reference_tables.spellings(
            reference, file.data_dir, kpi_ids
        ).items()
    ]
    frame = pd.DataFrame(rows, columns=["reference", "spelling", "code"])
    return frame.astype("str")


def open_file(file: MappedFile) -> OpenedFile:
    """Turn a file into text and check its header.

    Raises SourceFileError for what is not text, or lacks the mapping's columns.
    """
    file.temporary.mkdir()
    mapping = file.mapping
    texts = text_files.plain(
        file.path, file.name, mapping.encoding, file.temporary, mapping.decimal
    )
    found = headers.find(texts, mapping)
    if not found:
        raise _no_header(file, texts)
    header = found[0]
    if len(found) > 1:
        sheets = ", ".join(header.text.sheet for header in found)
        raise SourceFileError(
            file.name,
            f"several sheets have the columns of mapping {mapping.name}: {sheets}.",
            remedy="Save each as a file of its own and import them one by one.",
        )
    if not header.has_only_titles_above:
        above = header.layout.skip_lines
        raise SourceFileError(
            file.name,
            "this is the header, but what is above it could be rows.",
            line=above + 1,
            remedy=f"Set header_rows_above = {above} in the mapping if it is not.",
        )
    return OpenedFile(
        replace(file, mapping=header.mapping),
        header.text.path,
        header.layout,
        header.used,
    )


def _no_header(file: MappedFile, texts: Sequence[Text]) -> SourceFileError:
    """Return the error for a file without the header that its mapping needs."""
    text = texts[0]
    layout = text.layout(file.mapping)
    header = csv_records.read_header(text.path, layout)
    line = layout.skip_lines + 1
    if any(len(name) > LONGEST_NAME for name in header):
        return SourceFileError(
            file.name,
            "this is not a header, or a quote in it is not closed.",
            line=line,
            remedy="Correct the file, or delimiter and quote in the mapping.",
        )
    try:
        headers.check(text, layout, file.mapping)
    except UserError as error:
        problem = _without_numbers(str(error))
    if len(texts) > 1:
        sheets = ", ".join(text.sheet for text in texts)
        problem = f"none of the sheets fits ({sheets}). {problem}"
    remedy = _remedy(file, header)
    return SourceFileError(file.name, problem, line=line, remedy=remedy)


def _without_numbers(message: str) -> str:
    """Return a message about a header, short and without callers' numbers.

    A file without a header has a row there.
    """
    text = " ".join(NUMBER.sub("(number)", message).split())
    if len(text) > LONGEST_MESSAGE:
        return text[:LONGEST_MESSAGE] + " ..."
    return text


def _remedy(file: MappedFile, header: list[str]) -> str:
    """Return what to do where the header lacks the mapping's columns."""
    whole = header[0] if len(header) == 1 else ""
    delimiter = next((sign for sign in ",;\t|" if sign in whole), None)
    if delimiter:
        return f"Set delimiter = {json.dumps(delimiter)} in the mapping."
    fits = [
        f"{mapping.title} (mapping {mapping.name})"
        for mapping in mapping_choice.fitting(file.path, file.data_dir)
    ]
    if fits:
        return f"Choose a layout that fits: {' or '.join(fits)}."
    return "No other layout fits: correct this mapping, or write one for this file."


def find_records(opened: OpenedFile) -> FoundRecords:
    """Find the records of a file, and set aside what cannot be split.

    Raises SourceFileError for a file without rows, with the header twice, or with a
    total as its last row.
    """
    file = opened.file
    file.progress(0.05, "finding rows")
    records = csv_records.scan(
        opened.text,
        opened.layout,
        file.temporary / "clean.csv",
        lambda share: file.progress(0.05 + 0.25 * share, "finding rows"),
    )
    if records.repeated_header_line:
        raise SourceFileError(
            file.name,
            "the header is here again: two exports were joined.",
            line=records.repeated_header_line,
            remedy="Import them one by one.",
        )
    if not records.count and not records.unsplittable:
        raise SourceFileError(
            file.name,
            "there is only a header and no row.",
            line=records.header_line,
            remedy="Export again, or leave the file out.",
        )
    words = csv_records.split(records.last_row, opened.layout)
    first = next((word.strip() for word in words if word.strip()), "")
    if TOTALS.fullmatch(first):
        raise SourceFileError(
            file.name,
            f"the last row is a total ('{first}'), not a row of the export.",
            line=records.last_line,
            remedy="Set footer_rows = 1 in the mapping, or remove the row.",
        )
    return FoundRecords(file, opened.used, records)
