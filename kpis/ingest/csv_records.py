"""Find the records of a CSV file before DuckDB reads it.

DuckDB's reader is fast and parallel but cannot say on which physical line a
record stood, skips blank lines without a word, and lets an open quote swallow
good rows. So one vectorised pass over the bytes finds the boundaries of records;
what cannot be split is set aside with line and byte offset, and DuckDB then reads
either the file itself or, where something was set aside, a clean copy.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kpis.definitions import Layout

BLOCK_BYTES = 16 * 2**20
# DuckDB refuses records of 2 MB, and no honest row of an export is half as long.
LONGEST_RECORD_BYTES = 2**20
# even, so that a stretch of quotes ends with one that closes
FIRST_QUOTES = 512
NEWLINE, RETURN, SPACE = 10, 13, 32
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BYTE_ORDER_MARK_TWICE_ENCODED = b"\xc3\xaf\xc2\xbb\xc2\xbf"


@dataclass(frozen=True)
class Unsplittable:
    """A stretch of the file that cannot be split into the header's columns."""

    line: int
    byte_offset: int
    problem: str


@dataclass
class Records:
    """What stands where in a file.

    `path` is what DuckDB reads, without its first `skip_lines` lines. `shifts` holds
    (record, line): from that record on (counted from 1), records stand on consecutive
    lines starting at that line. `has_padding` is false where no field begins or ends
    with a space. `last_row` is the text of the last row, whatever its columns.
    """

    path: Path
    layout: Layout
    header: list[str]
    header_line: int
    skip_lines: int
    header_text: bytes = b""
    has_quotes: bool = False
    has_padding: bool = False
    count: int = 0
    shifts: list[tuple[int, int]] = field(default_factory=list)
    unsplittable: list[Unsplittable] = field(default_factory=list)
    last_row: str = ""
    last_line: int = 0
    repeated_header_line: int | None = None


@dataclass
class _Block:
    """Records found in one stretch of bytes, as arrays of one entry a record."""

    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    fields: np.ndarray
    broken: list[tuple[int, int]]
    consumed: int
    lines_consumed: int
    quotes: np.ndarray


@dataclass(frozen=True)
class _Top:
    """What stands above the first record: lines to skip, and the header."""

    text: bytes
    bytes: int
    lines: int
    is_plain: bool


def _read_top(path: Path, layout: Layout) -> _Top:
    mark = layout.quote.encode()
    with path.open("rb") as file:
        above = [file.readline() for _ in range(layout.skip_lines)]
        parts = [file.readline(LONGEST_RECORD_BYTES)]
        # a header name may itself hold a quoted line break
        is_open = mark and parts[0].count(mark) % 2
        while is_open and parts[-1] and file.tell() < LONGEST_RECORD_BYTES:
            parts.append(file.readline(LONGEST_RECORD_BYTES))
            is_open ^= parts[-1].count(mark) % 2
        size = file.tell()
    raw = b"".join(parts)
    text = raw if above else _without_marks(raw)
    # DuckDB heeds quotes in the lines that it skips
    is_plain = raw.count(b"\n") <= 1 and not (mark and mark in b"".join(above))
    lines = len(above) + max(1, raw.count(b"\n"))
    return _Top(text.rstrip(b"\r\n"), size, lines, is_plain)


def _without_marks(text: bytes) -> bytes:
    marks = (BYTE_ORDER_MARK, BYTE_ORDER_MARK_TWICE_ENCODED)
    while text.startswith(marks):
        text = text.removeprefix(marks[0]).removeprefix(marks[1])
    return text


def read_header(path: Path, layout: Layout) -> list[str]:
    """Return the names in the header of a UTF-8 file."""
    return _names(_read_top(path, layout), layout)


def _names(top: _Top, layout: Layout) -> list[str]:
    return [name.strip() for name in split(top.text.decode("utf-8"), layout)]


def split(record: str, layout: Layout) -> list[str]:
    """Split the text of one record into its fields; what is absurdly long is cut."""
    quoting = csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(record[: csv.field_size_limit()], newline=""),
        delimiter=layout.delimiter,
        quotechar=layout.quote or None,
        quoting=quoting,
    )
    return next(reader, [])


def scan(
    path: Path,
    layout: Layout,
    clean_copy: Path,
    progress: Callable[[float], None] = lambda share: None,
) -> Records:
    """Find the records of a UTF-8 file with LF or CRLF line ends.

    `clean_copy` is written, and named in the result, only where the file itself
    cannot be given to DuckDB as it is.
    """
    top = _read_top(path, layout)
    records = Records(
        path, layout, _names(top, layout), layout.skip_lines + 1, top.lines, top.text
    )
    scanner = _Scanner(records, top)
    scanner.run(progress)
    scanner.finish()
    if scanner.needs_copy:
        scanner.write_copy(clean_copy)
        records.path, records.skip_lines = clean_copy, 0
    return records


class _Scanner:
    """One pass over a file's records, which fills what `Records` tells of them."""

    def __init__(self, records: Records, top: _Top):
        self.records, self.path, self.layout = records, records.path, records.layout
        self.first_byte, self.first_line = top.bytes, top.lines + 1
        self.width = len(records.header)
        self.kept: list[tuple[np.ndarray, np.ndarray]] = []
        self.lines: list[np.ndarray] = []
        self.return_ends = 0
        self.needs_copy = not top.is_plain

    def run(self, progress) -> None:
        """Go through the file block by block and fill in the records."""
        size = max(self.path.stat().st_size, 1)
        line = self.first_line
        for offset, data, at_end in _blocks(self.path, self.first_byte):
            block = _find_records(data, self.layout, at_end)
            self._take(block, data, offset, line)
            line += block.lines_consumed
            progress(min(1.0, (offset + block.consumed) / size))
            data.consumed = block.consumed

    def _take(self, block: _Block, data: "_Data", offset: int, line: int) -> None:
        has_quotes = bool(len(block.quotes))
        self.records.has_quotes |= has_quotes
        self.records.has_padding |= has_quotes or _has_padding(data, self.layout)
        for start, at_line in block.broken:
            self._set_aside(line + at_line, offset + start, "has an unclosed quote")
        ends_in_return = (block.ends > block.starts) & (
            data.content[np.maximum(block.ends - 1, 0)] == RETURN
        )
        is_blank = block.ends - block.starts == ends_in_return
        is_long = block.ends - block.starts > LONGEST_RECORD_BYTES
        has_return = _have_bare_returns(block, data, ends_in_return)
        is_right = (block.fields == self.width) & ~is_blank & ~is_long & ~has_return
        for index in np.flatnonzero(~is_right & ~is_blank):
            problem = f"has {block.fields[index]} columns, the header {self.width}"
            if is_long[index]:
                problem = f"is longer than {LONGEST_RECORD_BYTES} bytes"
            elif has_return[index]:
                problem = "has a carriage return outside quotes"
            self._set_aside(
                line + int(block.lines[index]),
                offset + int(block.starts[index]),
                problem,
            )
        self.needs_copy |= not is_right.all()
        starts, ends = block.starts[is_right], block.ends[is_right]
        self.return_ends += int(ends_in_return[is_right].sum())
        self.kept.append((starts + offset, ends + offset))
        self.lines.append((block.lines[is_right] + line).astype(np.int64))
        self._look_for_header(data, starts, ends, self.lines[-1])

    def _set_aside(self, line: int, byte_offset: int, problem: str) -> None:
        self.records.unsplittable.append(Unsplittable(line, byte_offset, problem))
        self.needs_copy = True

    def _look_for_header(self, data: "_Data", starts, ends, lines) -> None:
        """Find the first record that is the header again, as where files are joined."""
        text = self.records.header_text
        if self.records.repeated_header_line is not None or not text:
            return
        for header in (text, BYTE_ORDER_MARK + text):
            for at in _line_starts_with(data.bytes, header):
                index = int(np.searchsorted(starts, at))
                is_start = index < len(starts) and starts[index] == at
                if is_start and data.bytes[at : ends[index]].rstrip(b"\r") == header:
                    self.records.repeated_header_line = int(lines[index])
                    return

    def finish(self) -> None:
        """Draw up what is known only at the end, the footer left out."""
        records = self.records
        starts, ends = (
            np.concatenate([np.empty(0, np.int64), *(pair[side] for pair in self.kept)])
            for side in (0, 1)
        )
        lines = np.concatenate([np.empty(0, np.int64), *self.lines])
        records.unsplittable.sort(key=lambda one: one.line)
        if self.layout.footer_lines:
            cut = self._first_line_of_footer(lines)
            starts, ends, lines = (part[lines < cut] for part in (starts, ends, lines))
            records.unsplittable = [o for o in records.unsplittable if o.line < cut]
            self.needs_copy = True
        self.kept = [(starts, ends)]
        records.count = len(lines)
        numbers = np.arange(1, len(lines) + 1)
        shift = lines - numbers
        changes = np.flatnonzero(np.diff(shift, prepend=shift[:1] - 1))
        records.shifts = [(int(numbers[i]), int(lines[i])) for i in changes]
        is_mixed = self.return_ends not in (0, len(lines))
        if is_mixed or self._header_ends_in_return() != bool(self.return_ends):
            self.needs_copy = True
        self._read_last_row(starts, ends, lines)

    def _first_line_of_footer(self, lines: np.ndarray) -> int:
        """Return the line from which rows are footer, whatever columns they have."""
        count = self.layout.footer_lines
        last = lines[-count:].tolist()
        last += [one.line for one in self.records.unsplittable[-count:]]
        return min(sorted(last)[-count:], default=0)

    def _read_last_row(self, starts, ends, lines) -> None:
        records = self.records
        if len(lines):
            records.last_line = int(lines[-1])
            records.last_row = self._text(int(starts[-1]), int(ends[-1] - starts[-1]))
        odd = records.unsplittable[-1] if records.unsplittable else None
        if odd and odd.line > records.last_line:
            records.last_line = odd.line
            text = self._text(odd.byte_offset, LONGEST_RECORD_BYTES)
            records.last_row = text.partition("\n")[0]

    def _text(self, start: int, size: int) -> str:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(size).decode("utf-8", errors="replace").rstrip("\r\n")

    def _header_ends_in_return(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(max(self.first_byte - 2, 0))
            return file.read(2) == b"\r\n"

    def write_copy(self, clean_copy: Path) -> None:
        """Write the kept records anew, each ended by a line feed."""
        source = np.memmap(self.path, dtype=np.uint8, mode="r")
        with clean_copy.open("wb") as copy:
            for starts, ends in self.kept:
                for start, end in _joined(starts, ends, self.return_ends == 0):
                    record = bytes(source[start:end])
                    copy.write(record.removesuffix(b"\r") + b"\n")


def _line_starts_with(content: bytes, text: bytes) -> Iterator[int]:
    if content.startswith(text):
        yield 0
    at = content.find(b"\n" + text)
    while at >= 0:
        yield at + 1
        at = content.find(b"\n" + text, at + 1)


def _joined(starts, ends, is_plain) -> Iterator[tuple[int, int]]:
    """Join neighbouring records into one stretch where no line end changes."""
    if not len(starts):
        return
    if not is_plain:
        yield from zip(starts.tolist(), ends.tolist(), strict=True)
        return
    breaks = np.flatnonzero(starts[1:] != ends[:-1] + 1)
    first = np.concatenate(([0], breaks + 1))
    last = np.concatenate((breaks, [len(starts) - 1]))
    yield from zip(starts[first].tolist(), ends[last].tolist(), strict=True)


def _have_bare_returns(block: _Block, data: "_Data", ends_in_return) -> np.ndarray:
    """Tell which records hold a carriage return that ends no line and is unquoted."""
    count = data.bytes.count(b"\r")
    if not count or count == data.bytes.count(b"\r\n"):
        return np.zeros(len(block.starts), bool)
    returns = np.flatnonzero(data.content == RETURN)
    index = np.searchsorted(block.starts, returns, side="right") - 1
    returns, index = returns[index >= 0], index[index >= 0]
    quotes_before = np.searchsorted(block.quotes, returns)
    quotes_before -= np.searchsorted(block.quotes, block.starts[index])
    is_outside = (returns < block.ends[index]) & (quotes_before % 2 == 0)
    counts = np.bincount(index[is_outside], minlength=len(block.starts))
    return counts > ends_in_return


def _has_padding(data: "_Data", layout: Layout) -> bool:
    """Whether a field may begin or end with a space; trimming every field is dear."""
    if b" " not in data.bytes:
        return False
    content = data.content
    spaces = np.flatnonzero(content == SPACE)
    edges = np.array([ord(layout.delimiter), NEWLINE, RETURN], np.uint8)
    last = len(content) - 1
    beside = content[
        np.concatenate((spaces[spaces > 0] - 1, spaces[spaces < last] + 1))
    ]
    return spaces[0] == 0 or spaces[-1] == last or bool(np.isin(beside, edges).any())


class _Data:
    """Bytes of one block; whoever reads it says how many it has consumed."""

    def __init__(self, raw: bytes):
        self.bytes = raw
        self.content = np.frombuffer(raw, dtype=np.uint8)
        self.consumed = len(raw)


def _blocks(path: Path, start: int) -> Iterator[tuple[int, _Data, bool]]:
    offset, rest = start, b""
    with path.open("rb") as file:
        file.seek(start)
        while True:
            more = file.read(BLOCK_BYTES)
            at_end = len(more) < BLOCK_BYTES
            raw = rest + more
            if not raw:
                return
            data = _Data(raw)
            yield offset, data, at_end
            offset += data.consumed
            rest = raw[data.consumed :]
            if at_end:
                return


def _find_records(data: _Data, layout: Layout, at_end: bool) -> _Block:
    """Find the records that are whole in a stretch of bytes which begins with one."""
    content = data.content
    newlines = np.flatnonzero(content == NEWLINE)
    if at_end and content[-1] != NEWLINE:
        newlines = np.append(newlines, len(content))
    delimiters = np.flatnonzero(content == ord(layout.delimiter))
    quotes = np.empty(0, np.int64)
    if layout.quote and layout.quote.encode() in data.bytes:
        quotes = np.flatnonzero(content == ord(layout.quote))
    ends, broken = newlines, []
    if len(quotes):
        signs = _Signs(content, layout.delimiter, newlines, delimiters, quotes, at_end)
        ends, delimiters, broken = _outside_quotes(signs)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    lines = np.searchsorted(newlines, starts)
    fields = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    consumed = min(int(ends[-1]) + 1, len(content)) if len(ends) else 0
    if broken:
        is_whole = ~np.isin(starts, [start for start, _ in broken])
        starts, ends, lines, fields = (
            part[is_whole] for part in (starts, ends, lines, fields)
        )
    return _Block(
        starts,
        ends,
        lines,
        fields,
        broken,
        consumed,
        int(np.searchsorted(newlines, consumed)),
        quotes,
    )


@dataclass
class _Signs:
    """A stretch of bytes, and the places of the signs in it that part fields."""

    content: np.ndarray
    delimiter: str
    newlines: np.ndarray
    delimiters: np.ndarray
    quotes: np.ndarray
    at_end: bool


def _outside_quotes(signs: _Signs):
    """Return record ends and delimiters outside quotes, and what is broken.

    A quote opens at the start of a field and closes before a delimiter or a line
    end; two quotes inside a quoted field stand for one. Where that does not hold,
    the lines from the start of the record to the line of the quote are broken,
    and reading resumes on the next line. Broken are (start, index of its line).
    """
    ends, delimiters, broken, begin = [], [], [], 0
    while begin < len(signs.content):
        quotes = signs.quotes[np.searchsorted(signs.quotes, begin) :]
        fault = _first_fault(signs, quotes, begin)
        until = len(signs.content) + 1 if fault is None else fault
        good = _between(signs.newlines, begin, until, quotes)
        ends.append(good)
        start = int(good[-1]) + 1 if len(good) else begin
        commas_until = until if fault is None else start
        delimiters.append(_between(signs.delimiters, begin, commas_until, quotes))
        if fault is None:
            break
        line = int(np.searchsorted(signs.newlines, fault))
        if line == len(signs.newlines):
            # the broken line is not whole yet: it begins the next block
            break
        end = int(signs.newlines[line])
        ends.append(np.array([end]))
        broken.append((start, int(np.searchsorted(signs.newlines, start))))
        begin = end + 1
    none = np.empty(0, np.int64)
    return np.concatenate([none, *ends]), np.concatenate([none, *delimiters]), broken


def _between(places: np.ndarray, begin: int, until: int, quotes) -> np.ndarray:
    """Return those of `places` from `begin` to before `until` outside quotes."""
    first, last = np.searchsorted(places, (begin, until))
    here = places[first:last]
    return here[np.searchsorted(quotes, here) % 2 == 0]


def _first_fault(signs: _Signs, quotes: np.ndarray, begin: int) -> int | None:
    """Return the place of the quote that opens the first broken field, or None.

    Quotes are looked through in growing stretches, so that a file with many faults
    is not looked through to its end for each.
    """
    size = FIRST_QUOTES
    while True:
        # whether the last quote of a stretch closes a field is seen in the next
        fault = _fault_among(signs, quotes[:size], begin, is_all=size >= len(quotes))
        if fault is not None or size >= len(quotes):
            return fault
        size *= 8


def _fault_among(signs: _Signs, quotes, begin: int, is_all: bool) -> int | None:
    if not len(quotes):
        return None
    content = signs.content
    opens, closes = quotes[0::2], quotes[1::2]
    boundary = np.array([ord(signs.delimiter), NEWLINE, RETURN], np.uint8)
    before = content[np.maximum(opens - 1, 0)]
    is_good_open = np.isin(before, boundary) | (opens == begin)
    is_good_open[1:] |= closes[: len(opens) - 1] == opens[1:] - 1
    last = len(content) - 1
    behind = content[np.minimum(closes + 1, last)]
    is_good_close = np.isin(behind, boundary) | (closes == last)
    is_good_close[: len(opens) - 1] |= closes[: len(opens) - 1] + 1 == opens[1:]
    if not is_all:
        is_good_close[-1:] = True
    faults = [(int(index), True) for index in np.flatnonzero(~is_good_open)[:1]]
    faults += [(int(index), False) for index in np.flatnonzero(~is_good_close)[:1]]
    is_open = is_all and len(opens) > len(closes)
    if is_open and (signs.at_end or len(content) - opens[-1] > LONGEST_RECORD_BYTES):
        faults.append((len(opens) - 1, False))
    if not faults:
        return None
    index, is_stray = min(faults)
    # a doubled quote closes and opens again: go back to where the field began
    while not is_stray and index and closes[index - 1] == opens[index] - 1:
        index -= 1
    return int(opens[index])


def unique(header: list[str]) -> list[str]:
    """Return names that differ, as DuckDB needs them: a repeated one gets its place."""
    seen: set[str] = set()
    names = []
    for place, name in enumerate(header, start=1):
        is_taken = name.lower() in seen or not name
        names.append(f"{name} (column {place})" if is_taken else name)
        seen.add(names[-1].lower())
    return names
