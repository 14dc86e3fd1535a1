"""What a file is, by its content and whatever its name says, and what to do with it."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from kpis.errors import SourceFileError

HEAD_BYTES = 8192
AS_XLSX = "Open it in a spreadsheet program, save it as .xlsx and import that."
UNPACK = "Unpack it and import the file inside."
AS_TEXT = "Export the rows as CSV or as a workbook (.xlsx)."
# how a file begins, what it is, and what to do
SIGNATURES = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel workbook (.xls), or one with a password",
        "Open it in Excel and save it as .xlsx without a password.",
    ),
    (b"\x09\x08", "a very old Excel workbook (.xls)", AS_XLSX),
    (b"\x09\x04", "a very old Excel workbook (.xls)", AS_XLSX),
    (b"%PDF", "a PDF document", AS_TEXT),
    (b"\x89PNG", "a picture (PNG)", AS_TEXT),
    (b"\xff\xd8\xff", "a picture (JPEG)", AS_TEXT),
    (b"GIF8", "a picture (GIF)", AS_TEXT),
    (b"II*\0", "a picture (TIFF)", AS_TEXT),
    (b"MM\0*", "a picture (TIFF)", AS_TEXT),
    (b"{\\rtf", "a text document (RTF)", AS_TEXT),
    (b"\xfd7zXZ\0", "compressed with xz", UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"SQLite format 3\0", "an SQLite database", AS_TEXT),
    (b"\0\1\0\0Standard ", "an Access database", AS_TEXT),
    (b"ARROW1", "an Arrow file", "Write it as Parquet or CSV."),
)
DOCUMENTS = (
    (b"opendocument.spreadsheet", "an OpenDocument workbook (.ods)", AS_XLSX),
    (b"opendocument", "an OpenDocument text or picture", AS_TEXT),
)
# a member that tells what a zip archive holds
MEMBERS = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", AS_XLSX),
    ("word/document.xml", "a Word document", AS_TEXT),
    ("ppt/presentation.xml", "a PowerPoint document", AS_TEXT),
    ("Index/Document.iwa", "an Apple document", AS_TEXT),
)


@dataclass(frozen=True)
class Kind:
    """What a file is: text, a form that is read, or something else and what to do."""

    form: str
    what: str = ""
    remedy: str = ""


TEXT, PARQUET, WORKBOOK, GZIP = map(Kind, ("text", "parquet", "workbook", "gzip"))


def of(path: Path, name: str) -> Kind:
    """Return what a file is; SourceFileError for an empty one, and for what no one
    can read as rows, with what it is and what to do.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise SourceFileError(name, "the file is empty.", remedy="Export it again.")
    kind = _of(path, head)
    if kind.remedy:
        raise SourceFileError(
            name, f"this is {kind.what}, not text.", remedy=kind.remedy
        )
    return kind


def _of(path: Path, head: bytes) -> Kind:
    if head.startswith(b"PAR1"):
        return PARQUET
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path, head)
    for start, what, remedy in SIGNATURES:
        if head.startswith(start):
            return Kind("other", what, remedy)
    if head[257:262] == b"ustar":
        return Kind("other", "a tar archive", UNPACK)
    if re.match(rb"BZh[1-9]1AY", head):
        return Kind("other", "compressed with bzip2", UNPACK)
    return _marked_up(head)


def _zipped(path: Path, head: bytes) -> Kind:
    for word, what, remedy in DOCUMENTS:
        if word in head[:200]:
            return Kind("other", what, remedy)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        # perhaps a workbook that is cut off
        names = ["xl/workbook.xml"] if b"xl/" in head or b"[Content_" in head else []
    if "xl/workbook.xml" in names:
        return WORKBOOK
    for member, what, remedy in MEMBERS:
        if member in names:
            return Kind("other", what, remedy)
    return Kind("other", "a zip archive", UNPACK)


def _marked_up(head: bytes) -> Kind:
    """Return whether a text is a page or document for other programs."""
    start = re.sub(rb"[\0\xff\xfe\xef\xbb\xbf]", b"", head).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body")):
        return Kind("other", "a web page, though some programs name it .xls", AS_XLSX)
    if start.startswith(b"mime-version:"):
        return Kind("other", "a saved web page", AS_XLSX)
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return Kind("other", "an Excel workbook in XML", AS_XLSX)
    if start.startswith((b"<?xml", b"<!--", b"<")) and b">" in start:
        if b"<html" in start:
            return Kind("other", "a web page", AS_XLSX)
        return Kind("other", "an XML document", AS_TEXT)
    if re.match(rb'[\[{]\s*["{\[]', start):
        return Kind("other", "a JSON document", AS_TEXT)
    return TEXT
