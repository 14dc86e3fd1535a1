"""Turn any export into UTF-8 text with LF or CRLF line ends.

A file that already is such text is used as it is; every other one (compressed,
another encoding, bare CR line ends, a workbook, Parquet) becomes a temporary copy.
"""

import codecs
import csv
import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from kpis import warehouse
from kpis.definitions import ENCODINGS, Layout, Mapping
from kpis.errors import SourceFileError

CHUNK_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Text:
    """An export as UTF-8 text.

    With `is_table` the export was a workbook or Parquet: its copy as text has commas
    and double quotes, whatever a mapping says.
    """

    path: Path
    is_table: bool = False

    def layout(self, mapping: Mapping) -> Layout:
        """Return how the text is written, for a file that a mapping reads."""
        if self.is_table:
            return replace(mapping.layout, delimiter=",", quote='"')
        return mapping.layout


def plain(path: Path, name: str, encoding: str, temporary: Path) -> Text:
    """Return the file's content as UTF-8 text; `name` is what messages call it.

    Raises SourceFileError, with line and remedy, for what is not text in `encoding`.
    """
    if not path.is_file():
        raise SourceFileError(name, "there is no such file.", remedy="Check the path.")
    start = _first_bytes(path, name)
    if start.startswith(b"PAR1"):
        return Text(_from_parquet(path, name, temporary), is_table=True)
    if start.startswith(b"PK\x03\x04"):
        if path.suffix.lower() == ".xlsx":
            return Text(_from_workbook(path, name, temporary), is_table=True)
        raise SourceFileError(
            name,
            "this is a zip archive, whatever its name says.",
            remedy="Unpack it and import the file inside.",
        )
    if start.startswith(b"\x1f\x8b"):
        path = _unpacked(path, name, temporary)
        _first_bytes(path, name)
    if encoding != "utf-8":
        return Text(_copied(path, name, encoding, temporary))
    for _ in _decoded(path, name, encoding):
        pass
    if _has_bare_returns(path):
        path = _with_newlines(path, temporary)
    return Text(path)


def _first_bytes(path: Path, name: str) -> bytes:
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise SourceFileError(name, "the file is empty.", remedy="Export it again.")
    return start


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _unpacked(path: Path, name: str, temporary: Path) -> Path:
    copy = temporary / "unpacked"
    lines = 0
    try:
        with gzip.open(path, "rb") as packed, copy.open("wb") as file:
            while chunk := packed.read1(CHUNK_BYTES):
                file.write(chunk)
                lines += chunk.count(b"\n")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceFileError(
            name,
            f"the compressed file is broken off or damaged ({error}).",
            line=lines + 1,
            remedy="Copy or export it again.",
        ) from None
    return copy


def _decoded(path: Path, name: str, encoding: str) -> Iterator[str]:
    """Yield a file's text; SourceFileError at the first byte that is not text."""
    decoder = codecs.getincrementaldecoder(ENCODINGS[encoding])()
    lines, read = 0, 0
    for chunk in _chunks_and_end(path):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            read += len(chunk) - len(error.object) + error.start
            raise _not_text(path, name, encoding, read, error) from None
        if "\0" in text:
            _refuse_nul(name, lines + text[: text.index("\0")].count("\n") + 1)
        lines += text.count("\n")
        read += len(chunk)
        yield text


def _chunks_and_end(path: Path) -> Iterator[bytes]:
    yield from _chunks(path)
    yield b""


def _not_text(
    path: Path, name: str, encoding: str, position: int, error: UnicodeDecodeError
) -> SourceFileError:
    lenient = codecs.getincrementaldecoder(ENCODINGS[encoding])(errors="ignore")
    line, left = 1, position
    for chunk in _chunks(path):
        line += lenient.decode(chunk[:left]).count("\n")
        left -= min(left, len(chunk))
    likely = "windows-1252" if encoding == "utf-8" else "utf-8"
    return SourceFileError(
        name,
        f"byte {error.object[error.start]:#04x} is not {encoding} ({error.reason}).",
        line=line,
        remedy=f'Set encoding = "{likely}" (or what the system writes) in the mapping.',
    )


def _refuse_nul(name: str, line: int) -> None:
    raise SourceFileError(
        name,
        "there are NUL bytes in the text.",
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


def _with_newlines(path: Path, temporary: Path) -> Path:
    copy = temporary / "lines.csv"
    with copy.open("wb") as file:
        for chunk in _chunks(path):
            file.write(chunk.replace(b"\r", b"\n"))
    return copy


def _copied(path: Path, name: str, encoding: str, temporary: Path) -> Path:
    """Write the file again as UTF-8, with LF where only CR ended the lines."""
    copy = temporary / "text.csv"
    with copy.open("w", encoding="utf-8", newline="") as file:
        for text in _decoded(path, name, encoding):
            file.write(text)
    return _with_newlines(copy, temporary) if _has_bare_returns(copy) else copy


def _from_parquet(path: Path, name: str, temporary: Path) -> Path:
    """Write a Parquet file as CSV: row n becomes line n + 1."""
    copy = temporary / "from_parquet.csv"
    statement = warehouse.fill(
        "import/parquet_to_csv",
        source=warehouse.file(path),
        target=warehouse.literal(str(copy)),
    )
    with closing(warehouse.writer(temporary / "spill")) as db:
        try:
            db.run(statement)
        except warehouse.StatementError as error:
            reason = str(error.__cause__).splitlines()[0]
            raise SourceFileError(
                name,
                f"the Parquet file cannot be read ({reason}).",
                remedy="Copy or export it again.",
            ) from None
    return copy


def _from_workbook(path: Path, name: str, temporary: Path) -> Path:
    """Write the first sheet as CSV: row n of the sheet becomes line n."""
    # imported here because it is slow to load and few exports are workbooks
    import openpyxl

    copy = temporary / "sheet.csv"
    # a damaged workbook fails in any of the layers under openpyxl, each in its way
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        with copy.open("w", encoding="utf-8", newline="") as file:
            _write_rows(book.worksheets[0].iter_rows(values_only=True), file)
        book.close()
    except (
        zipfile.BadZipFile,
        zlib.error,
        SyntaxError,
        LookupError,
        ValueError,
    ) as error:
        raise SourceFileError(
            name,
            f"the workbook cannot be read ({error}).",
            remedy="Save it again as .xlsx or as CSV.",
        ) from None
    return copy


def _write_rows(rows: Iterable[Sequence], file: TextIO) -> None:
    """Write cells as CSV, every row as wide as the widest before it."""
    writer = csv.writer(file, lineterminator="\n")
    width = 0
    for row in rows:
        if all(cell is None for cell in row):
            file.write("\n")
            continue
        width = max(width, len(row))
        cells = [*row, *[None] * (width - len(row))]
        writer.writerow(["" if cell is None else cell for cell in cells])
