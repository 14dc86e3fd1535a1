"""Find the records of a CSV file before DuckDB reads it.

DuckDB's reader is fast and parallel but cannot say on which physical line a record
was, skips blank lines silently, and lets an open quote swallow good rows. So one
vectorised pass over the bytes finds where records begin and end (`csv_blocks`). What
cannot be split is set aside with line and byte offset, and DuckDB then reads either
the file itself or, where something was set aside, a clean copy.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kpis.definitions import Layout, white_space
from kpis.ingest import csv_blocks
from kpis.ingest.csv_blocks import LONGEST_RECORD_BYTES, PADDINGS, Block, Padding

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BYTE_ORDER_MARK_TWICE_ENCODED = b"\xc3\xaf\xc2\xbb\xc2\xbf"


@dataclass(frozen=True)
class Unsplittable:
    """A stretch of the file that cannot be split into the header's columns."""

    line: int
    byte_offset: int
    problem: str


@dataclass(frozen=True)
class Records:
    """The records of a file.

    DuckDB reads `path`, without its first `skip_lines` lines. `shifts` holds
    (record, line): from that record on (counted from 1), records are on consecutive
    lines starting at that line. `padding` says which white space may be in fields.
    `last_row` is the text of the last row, whatever its columns.
    """

    path: Path
    layout: Layout
    header: list[str]
    header_line: int
    skip_lines: int
    has_quotes: bool
    padding: Padding
    count: int
    shifts: list[tuple[int, int]]
    unsplittable: list[Unsplittable]
    last_row: str
    last_line: int
    repeated_header_line: int | None

    @property
    def read(self) -> int:
        """Return how many rows the file has, those included that cannot be split."""
        return self.count + len(self.unsplittable)


@dataclass(frozen=True)
class _Top:
    """What is above the first record: lines to skip, and the header."""

    text: bytes
    size: int
    lines: int
    is_plain: bool
    ends_in_return: bool


@dataclass(frozen=True)
class _Kept:
    """Records of one block that are kept: their places in the file, and their lines.

    `unsplittable` was set aside; `is_all` is false where anything is left out.
    """

    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    unsplittable: list[Unsplittable]
    return_ends: int
    is_all: bool
    has_quotes: bool
    padding: Padding
    repeated_header_line: int | None


def _read_top(path: Path, layout: Layout) -> _Top:
    quote = layout.quote.encode()
    with path.open("rb") as file:
        above = [file.readline() for _ in range(layout.skip_lines)]
        parts = [file.readline(LONGEST_RECORD_BYTES)]
        # a header name may itself hold a quoted line break
        is_open = quote and parts[0].count(quote) % 2
        while is_open and parts[-1] and file.tell() < LONGEST_RECORD_BYTES:
            parts.append(file.readline(LONGEST_RECORD_BYTES))
            is_open ^= parts[-1].count(quote) % 2
        size = file.tell()
    skipped, raw = b"".join(above), b"".join(parts)
    returns = (skipped + raw).count(b"\r\n")
    text = raw if above else _without_marks(raw)
    return _Top(
        text.rstrip(b"\r\n"),
        size,
        lines=len(above) + max(1, raw.count(b"\n")),
        # quotes and other line ends in what DuckDB skips change what is a line to it
        is_plain=raw.count(b"\n") <= 1
        and not (quote and quote in skipped)
        and returns in (0, (skipped + raw).count(b"\n")),
        ends_in_return=(skipped + raw).endswith(b"\r\n"),
    )


def _without_marks(text: bytes) -> bytes:
    marks = (BYTE_ORDER_MARK, BYTE_ORDER_MARK_TWICE_ENCODED)
    while text.startswith(marks):
        text = text.removeprefix(marks[0]).removeprefix(marks[1])
    return text


def read_header(path: Path, layout: Layout) -> list[str]:
    """Return the names in the header of a UTF-8 file."""
    return _names(_read_top(path, layout), layout)


def _names(top: _Top, layout: Layout) -> list[str]:
    return [white_space.plain(name) for name in split(top.text.decode("utf-8"), layout)]


def split(record: str, layout: Layout) -> list[str]:
    """Split the text of one record into its fields; what is absurdly long is cut."""
    reader = csv.reader(
        io.StringIO(record[: csv.field_size_limit()], newline=""),
        delimiter=layout.delimiter,
        quotechar=layout.quote or None,
        quoting=csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE,
    )
    return next(reader, [])


def scan(
    path: Path,
    layout: Layout,
    clean_copy: Path,
    progress: Callable[[float], None] = lambda share: None,
) -> Records:
    """Find the records of a UTF-8 file with LF or CRLF line ends.

    `clean_copy` is written, and named in the result, only where DuckDB cannot read
    the file itself as it is.
    """
    top = _read_top(path, layout)
    kept = list(_kept_in_blocks(path, layout, top, progress))
    starts, ends, lines = (
        np.concatenate([np.empty(0, np.int64), *arrays])
        for arrays in (
            [block.starts for block in kept],
            [block.ends for block in kept],
            [block.lines for block in kept],
        )
    )
    unsplittable = sorted(
        (item for block in kept for item in block.unsplittable),
        key=lambda item: item.line,
    )
    if layout.footer_lines:
        cut = _first_line_of_footer(layout.footer_lines, lines, unsplittable)
        is_kept = lines < cut
        starts, ends, lines = starts[is_kept], ends[is_kept], lines[is_kept]
        unsplittable = [item for item in unsplittable if item.line < cut]
    return_ends = sum(block.return_ends for block in kept)
    is_clean = (
        top.is_plain
        and all(block.is_all for block in kept)
        and not layout.footer_lines
        and return_ends in (0, len(lines))
        and top.ends_in_return == bool(return_ends)
    )
    if not is_clean:
        _write_copy(path, clean_copy, starts, ends, has_returns=return_ends > 0)
    last_line, last_row = _last_row(path, starts, ends, lines, unsplittable)
    repeated = (block.repeated_header_line for block in kept)
    return Records(
        path=path if is_clean else clean_copy,
        layout=layout,
        header=_names(top, layout),
        header_line=layout.skip_lines + 1,
        skip_lines=top.lines if is_clean else 0,
        has_quotes=any(block.has_quotes for block in kept),
        padding=max(
            (block.padding for block in kept), key=PADDINGS.index, default="none"
        ),
        count=len(lines),
        shifts=_shifts(lines),
        unsplittable=unsplittable,
        last_row=last_row,
        last_line=last_line,
        repeated_header_line=next((line for line in repeated if line), None),
    )


def _kept_in_blocks(
    path: Path, layout: Layout, top: _Top, progress: Callable[[float], None]
) -> Iterator[_Kept]:
    """Go through the file block by block."""
    size = max(path.stat().st_size, 1)
    width = len(_names(top, layout))
    line = top.lines + 1
    for offset, block in csv_blocks.blocks(path, top.size, layout):
        yield _kept_in(block, offset, line, top.text, width, layout)
        line += block.consumed_lines
        progress(min(1.0, (offset + block.consumed) / size))


def _kept_in(
    block: Block, offset: int, line: int, header: bytes, width: int, layout: Layout
) -> _Kept:
    """Keep the records of a block that have as many fields as the header."""
    has_quotes = bool(len(block.quotes))
    ends_in_return = csv_blocks.ends_in_return(block)
    is_blank = block.ends - block.starts == ends_in_return
    is_long = block.ends - block.starts > LONGEST_RECORD_BYTES
    has_return = csv_blocks.has_bare_return(block)
    is_right = (block.fields == width) & ~is_blank & ~is_long & ~has_return
    unsplittable = [
        Unsplittable(line + at_line, offset + start, "has an unclosed quote")
        for start, at_line in block.broken
    ]
    for index in np.flatnonzero(~is_right & ~is_blank):
        problem = f"has {block.fields[index]} columns, the header {width}"
        if is_long[index]:
            problem = f"is longer than {LONGEST_RECORD_BYTES} bytes"
        elif has_return[index]:
            problem = "has a carriage return outside quotes"
        at_line, start = int(block.lines[index]), int(block.starts[index])
        unsplittable.append(Unsplittable(line + at_line, offset + start, problem))
    starts, ends = block.starts[is_right], block.ends[is_right]
    lines = (block.lines[is_right] + line).astype(np.int64)
    return _Kept(
        starts + offset,
        ends + offset,
        lines,
        unsplittable,
        return_ends=int(ends_in_return[is_right].sum()),
        is_all=bool(is_right.all()) and not unsplittable,
        has_quotes=has_quotes,
        padding=csv_blocks.padding(block, layout.delimiter),
        repeated_header_line=_header_again(block.content, header, starts, ends, lines),
    )


def _header_again(
    content: bytes,
    header: bytes,
    starts: np.ndarray,
    ends: np.ndarray,
    lines: np.ndarray,
) -> int | None:
    """Return the line of the first record that repeats the header, or None.

    There is one where two exports were joined.
    """
    if not header:
        return None
    for text in (header, BYTE_ORDER_MARK + header):
        for place in _line_starts_with(content, text):
            index = int(np.searchsorted(starts, place))
            is_start = index < len(starts) and starts[index] == place
            if is_start and content[place : ends[index]].rstrip(b"\r") == text:
                return int(lines[index])
    return None


def _line_starts_with(content: bytes, text: bytes) -> Iterator[int]:
    if content.startswith(text):
        yield 0
    place = content.find(b"\n" + text)
    while place >= 0:
        yield place + 1
        place = content.find(b"\n" + text, place + 1)


def _first_line_of_footer(
    count: int, lines: np.ndarray, unsplittable: list[Unsplittable]
) -> int:
    """Return the first of the last `count` lines with a row, whatever its columns."""
    last = lines[-count:].tolist() + [item.line for item in unsplittable[-count:]]
    return min(sorted(last)[-count:], default=0)


def _shifts(lines: np.ndarray) -> list[tuple[int, int]]:
    numbers = np.arange(1, len(lines) + 1)
    shift = lines - numbers
    changes = np.flatnonzero(np.diff(shift, prepend=shift[:1] - 1))
    return [(int(numbers[index]), int(lines[index])) for index in changes]


def _last_row(
    path: Path,
    starts: np.ndarray,
    ends: np.ndarray,
    lines: np.ndarray,
    unsplittable: list[Unsplittable],
) -> tuple[int, str]:
    """Return line and text of the last row: 0 and "" where there is none."""
    last_line = int(lines[-1]) if len(lines) else 0
    if unsplittable and unsplittable[-1].line > last_line:
        last = unsplittable[-1]
        text = _text(path, last.byte_offset, LONGEST_RECORD_BYTES)
        return last.line, text.partition("\n")[0]
    if not last_line:
        return 0, ""
    return last_line, _text(path, int(starts[-1]), int(ends[-1] - starts[-1]))


def _text(path: Path, start: int, size: int) -> str:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(size).decode("utf-8", errors="replace").rstrip("\r\n")


def _write_copy(
    path: Path,
    clean_copy: Path,
    starts: np.ndarray,
    ends: np.ndarray,
    has_returns: bool,
) -> None:
    """Write the kept records to a new file, each ended by a line feed."""
    source = np.memmap(path, dtype=np.uint8, mode="r")
    if not has_returns:
        starts, ends = _joined(starts, ends)
    with clean_copy.open("wb") as copy:
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            record = bytes(source[start:end])
            copy.write(record.removesuffix(b"\r") + b"\n")


def _joined(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Join records that follow each other directly: their line ends need no change."""
    if not len(starts):
        return starts, ends
    breaks = np.flatnonzero(starts[1:] != ends[:-1] + 1)
    first = np.concatenate(([0], breaks + 1))
    last = np.concatenate((breaks, [len(starts) - 1]))
    return starts[first], ends[last]
