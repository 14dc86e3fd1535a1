"""Where records begin and end in a CSV file's bytes, block by block.

A quote opens at the start of a field and closes before a delimiter or a line end; two
quotes inside a quoted field stand for one. Everything is worked out with NumPy on the
places of line ends, delimiters and quotes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from kpis.definitions import Layout, white_space

BLOCK_BYTES = 16 * 2**20
# DuckDB refuses records of 2 MB, and no honest row of an export is half as long.
LONGEST_RECORD_BYTES = 2**20
# even, so that a stretch of quotes ends with one that closes
FIRST_QUOTES = 512
NEWLINE, RETURN, SPACE = 10, 13, 32
FIRST_OF_MANY_BYTES = 0xC2
# tab, vertical tab, form feed, and the four separators of ASCII
OTHER_SPACES = (b"\t", b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e", b"\x1f")
# which white space may be in a field: none at its ends, spaces, or any other anywhere
Padding = Literal["none", "spaces", "blanks"]
PADDINGS: tuple[Padding, ...] = ("none", "spaces", "blanks")


@dataclass(frozen=True)
class Block:
    """Records found in a stretch of bytes.

    `starts`, `ends`, `lines` and `fields` have one entry a record; lines count from 0.
    `broken` holds (start, line) of what has an unclosed quote. The first `consumed`
    bytes and `consumed_lines` lines are dealt with; the rest begins the next block.
    """

    content: bytes
    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    fields: np.ndarray
    quotes: np.ndarray
    broken: list[tuple[int, int]]
    consumed: int
    consumed_lines: int

    @property
    def data(self) -> np.ndarray:
        """Return the content as numbers, one a byte."""
        return np.frombuffer(self.content, dtype=np.uint8)


def blocks(path: Path, first_byte: int, layout: Layout) -> Iterator[tuple[int, Block]]:
    """Yield the blocks of a file from `first_byte` on, each with its byte offset."""
    offset, rest = first_byte, b""
    with path.open("rb") as file:
        file.seek(first_byte)
        while True:
            more = file.read(BLOCK_BYTES)
            is_last = len(more) < BLOCK_BYTES
            content = rest + more
            if not content:
                return
            block = _find_records(content, layout, is_last)
            yield offset, block
            offset += block.consumed
            rest = content[block.consumed :]
            if is_last:
                return


def _find_records(content: bytes, layout: Layout, is_last: bool) -> Block:
    """Find the whole records in a stretch of bytes that begins with one."""
    data = np.frombuffer(content, dtype=np.uint8)
    newlines = np.flatnonzero(data == NEWLINE)
    if is_last and data[-1] != NEWLINE:
        newlines = np.append(newlines, len(data))
    delimiters = np.flatnonzero(data == ord(layout.delimiter))
    quotes = np.empty(0, np.int64)
    if layout.quote and layout.quote.encode() in content:
        quotes = np.flatnonzero(data == ord(layout.quote))
    ends: np.ndarray = newlines
    broken: list[tuple[int, int]] = []
    if len(quotes):
        marks = _Marks(data, layout.delimiter, newlines, delimiters, quotes, is_last)
        ends, delimiters, broken = _outside_quotes(marks)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    lines = np.searchsorted(newlines, starts)
    fields = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    consumed = min(int(ends[-1]) + 1, len(data)) if len(ends) else 0
    if broken:
        is_whole = ~np.isin(starts, [start for start, _ in broken])
        starts, ends, lines, fields = (
            array[is_whole] for array in (starts, ends, lines, fields)
        )
    consumed_lines = int(np.searchsorted(newlines, consumed))
    return Block(
        content, starts, ends, lines, fields, quotes, broken, consumed, consumed_lines
    )


@dataclass(frozen=True)
class _Marks:
    """A stretch of bytes, and the places of what separates its fields and records."""

    data: np.ndarray
    delimiter: str
    newlines: np.ndarray
    delimiters: np.ndarray
    quotes: np.ndarray
    is_last: bool


def _outside_quotes(
    marks: _Marks,
) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]:
    """Return record ends and delimiters outside quotes, and what is broken.

    Where a quote does not open and close as it must, the lines from the start of the
    record to the line of the quote are broken, and reading resumes on the next line.
    """
    ends, delimiters, broken, begin = [], [], [], 0
    while begin < len(marks.data):
        quotes = marks.quotes[np.searchsorted(marks.quotes, begin) :]
        wrong = _first_wrong_quote(marks, quotes, begin)
        until = len(marks.data) + 1 if wrong is None else wrong
        good = _between(marks.newlines, begin, until, quotes)
        ends.append(good)
        start = int(good[-1]) + 1 if len(good) else begin
        delimiters_until = until if wrong is None else start
        delimiters.append(_between(marks.delimiters, begin, delimiters_until, quotes))
        if wrong is None:
            break
        line = int(np.searchsorted(marks.newlines, wrong))
        if line == len(marks.newlines):
            # the broken line is not whole yet: it begins the next block
            break
        end = int(marks.newlines[line])
        ends.append(np.array([end]))
        broken.append((start, int(np.searchsorted(marks.newlines, start))))
        begin = end + 1
    none = np.empty(0, np.int64)
    return np.concatenate([none, *ends]), np.concatenate([none, *delimiters]), broken


def _between(
    places: np.ndarray, begin: int, until: int, quotes: np.ndarray
) -> np.ndarray:
    """Return the `places` from `begin` to before `until` that are outside quotes."""
    first, last = np.searchsorted(places, (begin, until))
    here = places[first:last]
    return here[np.searchsorted(quotes, here) % 2 == 0]


def _first_wrong_quote(marks: _Marks, quotes: np.ndarray, begin: int) -> int | None:
    """Return the place of the quote that opens the first broken field, or None.

    Quotes are looked through in growing stretches, so that a file with many broken
    fields is not looked through to its end for each.
    """
    size = FIRST_QUOTES
    while True:
        is_all = size >= len(quotes)
        # whether the last quote of a stretch closes a field is seen in the next
        wrong = _wrong_quote_among(marks, quotes[:size], begin, is_all)
        if wrong is not None or is_all:
            return wrong
        size *= 8


def _wrong_quote_among(
    marks: _Marks, quotes: np.ndarray, begin: int, is_all: bool
) -> int | None:
    if not len(quotes):
        return None
    data = marks.data
    opens, closes = quotes[0::2], quotes[1::2]
    boundary = np.array([ord(marks.delimiter), NEWLINE, RETURN], np.uint8)
    before = data[np.maximum(opens - 1, 0)]
    is_good_open = np.isin(before, boundary) | (opens == begin)
    is_good_open[1:] |= closes[: len(opens) - 1] == opens[1:] - 1
    last = len(data) - 1
    after = data[np.minimum(closes + 1, last)]
    is_good_close = np.isin(after, boundary) | (closes == last)
    is_good_close[: len(opens) - 1] |= closes[: len(opens) - 1] + 1 == opens[1:]
    if not is_all:
        is_good_close[-1:] = True
    wrong = [(int(index), True) for index in np.flatnonzero(~is_good_open)[:1]]
    wrong += [(int(index), False) for index in np.flatnonzero(~is_good_close)[:1]]
    is_open = is_all and len(opens) > len(closes)
    if is_open and (marks.is_last or len(data) - opens[-1] > LONGEST_RECORD_BYTES):
        wrong.append((len(opens) - 1, False))
    if not wrong:
        return None
    index, is_stray = min(wrong)
    # a doubled quote closes and opens again: go back to where the field began
    while not is_stray and index and closes[index - 1] == opens[index] - 1:
        index -= 1
    return int(opens[index])


def ends_in_return(block: Block) -> np.ndarray:
    """Return which records end with a carriage return."""
    last = block.data[np.maximum(block.ends - 1, 0)]
    return (block.ends > block.starts) & (last == RETURN)


def has_bare_return(block: Block) -> np.ndarray:
    """Return which records hold a carriage return outside quotes and line ends."""
    count = block.content.count(b"\r")
    if not count or count == block.content.count(b"\r\n"):
        return np.zeros(len(block.starts), bool)
    returns = np.flatnonzero(block.data == RETURN)
    index = np.searchsorted(block.starts, returns, side="right") - 1
    returns, index = returns[index >= 0], index[index >= 0]
    quotes_before = np.searchsorted(block.quotes, returns)
    quotes_before -= np.searchsorted(block.quotes, block.starts[index])
    is_outside = (returns < block.ends[index]) & (quotes_before % 2 == 0)
    counts = np.bincount(index[is_outside], minlength=len(block.starts))
    return counts > ends_in_return(block)


def padding(block: Block, delimiter: str) -> Padding:
    """Return which white space may be in a field; to look in every field is slow."""
    if _has_other_blanks(block, delimiter):
        return "blanks"
    if len(block.quotes) or _has_spaces_at_an_end(block, delimiter):
        return "spaces"
    return "none"


def _has_other_blanks(block: Block, delimiter: str) -> bool:
    """Whether there is any white space but spaces: tabs, no-break spaces ..."""
    data = block.data
    if any(
        sign in block.content for sign in OTHER_SPACES if sign != delimiter.encode()
    ):
        return True
    if block.content.isascii():
        return False
    # the first bytes of characters, each with the three that may belong to it
    places = np.flatnonzero(data >= FIRST_OF_MANY_BYTES)
    padded = np.concatenate((data, np.zeros(3, np.uint8)))
    together = np.zeros(len(places), np.uint32)
    for shift in range(4):
        together = (together << 8) | padded[places + shift]
    return any(
        white_space.is_blank(code.to_bytes(4, "big").decode("utf-8", "replace")[:1])
        for code in np.unique(together).tolist()
    )


def _has_spaces_at_an_end(block: Block, delimiter: str) -> bool:
    """Whether a field may begin or end with a space."""
    if b" " not in block.content:
        return False
    data = block.data
    spaces = np.flatnonzero(data == SPACE)
    edges = np.array([ord(delimiter), NEWLINE, RETURN], np.uint8)
    last = len(data) - 1
    neighbours = data[
        np.concatenate((spaces[spaces > 0] - 1, spaces[spaces < last] + 1))
    ]
    is_at_an_end = spaces[0] == 0 or spaces[-1] == last
    return bool(is_at_an_end or np.isin(neighbours, edges).any())
