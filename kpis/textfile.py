"""Turn any export into UTF-8 text with LF or CRLF line ends.

A file that already is such text is used as it stands; every other one (compressed,
another encoding, bare CR line ends, a workbook, Parquet) becomes a temporary copy.
"""

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from kpis import warehouse
from kpis.errors import SourceFileError

CHUNK_BYTES = 4 * 2**20
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "latin-1": "latin-1",
    "windows-1252": "cp1252",
}


def plain(path: Path, name: str, encoding: str, temporary: Path) -> Path:
    """Return a path to the file's content as UTF-8 text.

    Raises SourceFileError, with line and remedy, for what is no text in `encoding`.
    """
    if not path.is_file():
        raise SourceFileError(name, "there is no such file.", remedy="Check the path.")
    start = _first_bytes(path)
    if not start:
        raise SourceFileError(name, "the file is empty.", remedy="Export it again.")
    if start.startswith(b"PK\x03\x04"):
        if path.suffix.lower() == ".xlsx":
            return _from_workbook(path, name, temporary)
        raise SourceFileError(
            name,
            "this is a zip archive, whatever its name says.",
            remedy="Unpack it and import the file inside.",
        )
    if start.startswith(b"PAR1"):
        copy = temporary / "from_parquet.csv"
        with_names = warehouse.fill(
            "import/parquet_to_csv",
            source=warehouse.literal(str(path)),
            target=warehouse.literal(str(copy)),
        )
        warehouse.writer(temporary / "spill").run(with_names)
        return copy
    if start.startswith(b"\x1f\x8b"):
        path = _unpacked(path, name, temporary)
        start = _first_bytes(path)
    if encoding == "utf-8":
        _check_utf8(path, name)
        return (
            path
            if not _has_bare_returns(path)
            else _copied(path, name, encoding, temporary)
        )
    return _copied(path, name, encoding, temporary)


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _unpacked(path: Path, name: str, temporary: Path) -> Path:
    copy = temporary / "unpacked"
    try:
        with gzip.open(path, "rb") as packed, copy.open("wb") as file:
            while chunk := packed.read(CHUNK_BYTES):
                file.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        lines = copy.read_bytes().count(b"\n")
        raise SourceFileError(
            name,
            f"the compressed file is broken off or damaged ({error}).",
            line=lines + 1,
            remedy="Copy or export it again.",
        ) from None
    if not copy.stat().st_size:
        raise SourceFileError(name, "the file is empty.", remedy="Export it again.")
    return copy


def _check_utf8(path: Path, name: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 0
    for chunk in _chunks(path):
        if b"\0" in chunk:
            _refuse_nul(name, lines + chunk[: chunk.index(b"\0")].count(b"\n") + 1)
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise SourceFileError(
                name,
                f"byte {error.object[error.start]:#04x} is not UTF-8.",
                line=lines + error.object[: error.start].count(b"\n") + 1,
                remedy='Set encoding = "windows-1252" (or what the system writes) in '
                "the mapping.",
            ) from None
        lines += chunk.count(b"\n")


def _refuse_nul(name: str, line: int) -> None:
    raise SourceFileError(
        name,
        "NUL bytes stand in the text.",
        line=line,
        remedy='The file is damaged, or is UTF-16: then set encoding = "utf-16" in '
        "the mapping. Otherwise export it again.",
    )


def _has_bare_returns(path: Path) -> bool:
    """Whether carriage returns alone end the lines, as old Macintosh programs wrote."""
    seen_return = False
    for chunk in _chunks(path):
        if b"\n" in chunk:
            return False
        seen_return |= b"\r" in chunk
    return seen_return


def _copied(path: Path, name: str, encoding: str, temporary: Path) -> Path:
    """Write the file anew as UTF-8, with LF where only CR ended the lines."""
    copy = temporary / "text.csv"
    decoder = codecs.getincrementaldecoder(ENCODINGS[encoding])()
    lines = 0
    with copy.open("w", encoding="utf-8", newline="") as file:
        for chunk in _chunks_and_end(path):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                raise SourceFileError(
                    name,
                    f"the text is not {encoding} ({error.reason}).",
                    line=lines + 1,
                    remedy="Correct encoding in the mapping.",
                ) from None
            if "\0" in text:
                _refuse_nul(name, lines + text[: text.index("\0")].count("\n") + 1)
            lines += text.count("\n")
            file.write(text)
    if _has_bare_returns(copy):
        mended = temporary / "lines.csv"
        with mended.open("wb") as file:
            for chunk in _chunks(copy):
                file.write(chunk.replace(b"\r", b"\n"))
        return mended
    return copy


def _chunks_and_end(path: Path) -> Iterator[bytes]:
    yield from _chunks(path)
    yield b""


def _from_workbook(path: Path, name: str, temporary: Path) -> Path:
    """Write the first sheet as CSV: row n of the sheet becomes line n."""
    # imported here because it is slow to load and few exports are workbooks
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    copy = temporary / "sheet.csv"
    try:
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).active
    except (InvalidFileException, KeyError, ValueError) as error:
        raise SourceFileError(
            name,
            f"the workbook cannot be read ({error}).",
            remedy="Save it again as .xlsx or as CSV.",
        ) from None
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in sheet.iter_rows(values_only=True):
            writer.writerow(["" if cell is None else cell for cell in row])
    return copy
