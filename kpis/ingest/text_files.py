"""Turn any export into UTF-8 text with LF or CRLF line ends.

A file that already is such text is used as it is; every other one (compressed,
another encoding, bare CR line ends, a workbook, Parquet) becomes a temporary copy.
"""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from kpis import warehouse
from kpis.definitions import ENCODINGS, Layout, Mapping
from kpis.errors import SourceFileError
from kpis.ingest import file_kinds
from kpis.ingest.file_kinds import HEAD_BYTES
from kpis.ingest.room import Room
from kpis.warehouse import fill, identifier, literal

CHUNK_BYTES = 4 * 2**20
BYTE_A_CHARACTER = ("latin-1", "cp1252")
# byte order marks, the longest first
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


@dataclass(frozen=True)
class Text:
    """An export as UTF-8 text.

    With `is_table` the export was a workbook or Parquet: its copy as text has commas
    and double quotes, whatever a mapping says. `sheet` is its name in a workbook.
    """

    path: Path
    is_table: bool = False
    sheet: str = ""

    def layout(self, mapping: Mapping) -> Layout:
        """Return how the text is written, for a file that a mapping reads."""
        if self.is_table:
            return replace(mapping.layout, delimiter=",", quote='"')
        return mapping.layout


def plain(
    path: Path, name: str, encoding: str, temporary: Path, decimal: str = "."
) -> list[Text]:
    """Return the file's content as UTF-8 text, of a workbook one text a sheet.

    `name` is what messages call the file; `decimal` is the mark that numbers of a
    workbook or Parquet file get. Raises SourceFileError, with line and remedy, for what
    is not text in `encoding`. UTF-8 and UTF-16 are recognised, whatever it says.
    """
    if not path.is_file():
        raise SourceFileError(name, "there is no such file.", remedy="Check the path.")
    kind = file_kinds.of(path, name)
    if kind == file_kinds.GZIP:
        path = _unpacked(path, name, temporary)
        kind = file_kinds.of(path, name)
    if kind == file_kinds.PARQUET:
        return [Text(_from_parquet(path, name, temporary, decimal), is_table=True)]
    if kind == file_kinds.WORKBOOK:
        return _from_workbook(path, name, temporary, decimal)
    codec = _recognised(path) or ENCODINGS[encoding]
    if codec in BYTE_A_CHARACTER and _is_utf_8(path):
        codec = "utf-8"
    if codec != "utf-8":
        return [Text(_copied(path, name, codec, temporary))]
    for _ in _decoded(path, name, codec):
        pass
    if _has_bare_returns(path):
        path = _with_newlines(path, temporary)
    return [Text(path)]


def _is_utf_8(path: Path) -> bool:
    """Whether all of a file is UTF-8, as no other text with such bytes is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks_and_end(path):
            decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError:
        return False
    return True


def _recognised(path: Path) -> str:
    """Return the codec that a file's first bytes show, or "" where they show none."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for mark, codec in MARKS:
        if head.startswith(mark):
            return codec
    # in UTF-16 every other byte of plain letters is 0
    nulls = [head[place::2].count(0) for place in (0, 1)]
    for codec, many, few in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if 3 * nulls[many] > len(head) and 10 * nulls[few] < nulls[many]:
            return codec
    return ""


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _unpacked(path: Path, name: str, temporary: Path) -> Path:
    copy = temporary / "unpacked"
    lines, room = 0, Room.of(name)
    try:
        with gzip.open(path, "rb") as packed, copy.open("wb") as file:
            while chunk := packed.read1(CHUNK_BYTES):
                room.take(len(chunk))
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
    decoder = codecs.getincrementaldecoder(encoding)()
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
    lenient = codecs.getincrementaldecoder(encoding)(errors="ignore")
    line, left = 1, position
    for chunk in _chunks(path):
        line += lenient.decode(chunk[:left]).count("\n")
        left -= min(left, len(chunk))
    likely = "windows-1252" if encoding == "utf-8" else "utf-8"
    names = {codec: called for called, codec in ENCODINGS.items()}
    called = names.get(encoding, encoding)
    return SourceFileError(
        name,
        f"byte {error.object[error.start]:#04x} is not {called} ({error.reason}).",
        line=line,
        remedy=f'Set encoding = "{likely}" (or what the system writes) in the mapping.',
    )


def _refuse_nul(name: str, line: int) -> None:
    raise SourceFileError(
        name,
        "there are NUL bytes in the text.",
        line=line,
        remedy="The file is damaged, or is not a text: export it again.",
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


def _from_parquet(path: Path, name: str, temporary: Path, decimal: str) -> Path:
    """Write a Parquet file as CSV: row n becomes line n + 1."""
    copy = temporary / "from_parquet.csv"
    source = warehouse.file(path)
    with closing(warehouse.writer(temporary / "spill")) as db:
        try:
            columns = db.tuples(fill("import/parquet_columns", source=source))
            statement = fill(
                "import/parquet_to_csv",
                columns=", ".join(
                    _parquet_text(column, kind, decimal) for column, kind, *_ in columns
                ),
                source=source,
                target=literal(str(copy)),
            )
            db.run(statement)
        except warehouse.StatementError as error:
            reason = str(error.__cause__).splitlines()[0]
            raise SourceFileError(
                name,
                f"the Parquet file cannot be read ({reason}).",
                remedy="Copy or export it again.",
            ) from None
    return copy


def _parquet_text(name: str, kind: str, decimal: str) -> str:
    """Return SQL for a column as text: 8.0 is 8, as whole numbers with gaps are kept
    as fractions.
    """
    text = f"{identifier(name)}::varchar"
    if kind in ("DOUBLE", "FLOAT"):
        text = f"regexp_replace({text}, '[.]0$', '')"
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        text = f"replace({text}, '.', {literal(decimal)})"
    return f"{text} as {identifier(name)}"


def _from_workbook(path: Path, name: str, temporary: Path, decimal: str) -> list[Text]:
    """Write the sheets as CSV: row n of a sheet becomes line n."""
    # imported here because it is slow to load and few exports are workbooks
    from kpis.ingest import workbooks

    # a damaged workbook fails in any of the layers under openpyxl, each in its way
    try:
        with path.open("rb") as file:
            sheets = workbooks.write_sheets(file, name, temporary, decimal)
    except (
        zipfile.BadZipFile,
        zlib.error,
        SyntaxError,
        LookupError,
        ValueError,
        OSError,
    ) as error:
        raise SourceFileError(
            name,
            f"the workbook cannot be read ({error}).",
            remedy="Save it again as .xlsx or as CSV.",
        ) from None
    if not sheets:
        raise SourceFileError(
            name, "the workbook has no sheet with cells.", remedy="Export it again."
        )
    return [Text(copy, is_table=True, sheet=sheet) for sheet, copy in sheets.items()]
