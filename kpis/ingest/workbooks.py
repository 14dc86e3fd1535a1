"""Turn the sheets of an Excel workbook into CSV, each cell as a reader sees it.

A number format is part of what a cell says: 42 shown as 000042 is a reference, 0.58
shown as 58% a percentage, 1.25 shown as [h]:mm thirty hours. Whole digits and seconds
are kept where a format hides them.
"""

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from kpis.errors import SourceFileError
from kpis.ingest.room import Room

# where the sheets of Excel end
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
# a number with more digits than this has lost the rest in a cell
DIGITS = 15
WITHOUT_VALUE = "#VALUE! a formula without its value"
# a clock without a day before this is a duration
FIRST_YEAR = 1990
# a quoted text, an escaped sign, a space of a sign's width, a fill, a colour, a sign
TOKEN = re.compile(r'"([^"]*)"|\\(.)|(_.)|(\*.)|(\[[^\]]*\])|(.)')


class NoSuchCellError(Exception):
    """A sheet names a row or column that no sheet has."""


class _Parser(WorkSheetParser):
    """Reads cells, and says where the program that wrote them left a value out."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell = super().parse_cell(element)
        if cell["row"] > LAST_ROW:
            raise NoSuchCellError(
                f"a row {cell['row']:,}, but a sheet ends at row {LAST_ROW:,}"
            )
        if cell["column"] > LAST_COLUMN:
            raise NoSuchCellError(
                f"a column {cell['column']:,}, but a sheet ends at column "
                f"{LAST_COLUMN:,}"
            )
        is_formula = element.find(FORMULA_TAG) is not None
        if cell["value"] is None and is_formula and element.get("t") != "str":
            cell |= {"value": WITHOUT_VALUE, "data_type": "e"}
        return cell


def write_sheets(
    workbook: BinaryIO, name: str, directory: Path, decimal: str
) -> dict[str, Path]:
    """Write every sheet that is shown as CSV; row n of a sheet becomes line n.

    Return the files by the sheets' names, without sheets that are empty. Numbers get
    `decimal` as their mark. Raises SourceFileError for a row or column that no sheet
    has, and for a workbook that is too large when it is unpacked.
    """
    room = Room.of(name)
    with zipfile.ZipFile(workbook) as archive:
        # no more than they say is read of the parts
        room.take(sum(part.file_size for part in archive.infolist()))
    room = Room.of(name)
    book = load_workbook(workbook, read_only=True, data_only=True)
    written = {}
    for place, sheet in enumerate(book.worksheets):
        if sheet.sheet_state != "visible":
            continue
        copy = directory / f"sheet_{place}.csv"
        with copy.open("w", encoding="utf-8", newline="") as file:
            try:
                has_cells = _write_rows(sheet, room, file, decimal)
            except NoSuchCellError as error:
                raise SourceFileError(
                    name,
                    f"sheet {sheet.title} has {error}.",
                    remedy="Save the workbook again in a spreadsheet program.",
                ) from None
        if has_cells:
            written[sheet.title] = copy
    book.close()
    return written


def _write_rows(
    sheet: ReadOnlyWorksheet, room: Room, file: TextIO, decimal: str
) -> bool:
    """Write cells as CSV, every row as wide as the widest before it."""
    writer = csv.writer(file, lineterminator="\n")
    width, line = 0, 0
    for number, texts in _rows(sheet, decimal):
        if number > LAST_ROW:
            raise NoSuchCellError(
                f"a row {number:,}, but a sheet ends at row {LAST_ROW:,}"
            )
        if texts and number > line:
            file.write("\n" * (number - line - 1))
            width = max(width, len(texts))
            room.take(number - line + width + sum(map(len, texts)))
            writer.writerow([*texts, *[""] * (width - len(texts))])
            line = number
    return line > 0


def _rows(sheet: ReadOnlyWorksheet, decimal: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet as texts, each with its number; empty cells at the end
    are left out.
    """
    book = sheet.parent

    @cache
    def number_format(style: int) -> str:
        return ReadOnlyCell(sheet, 1, 1, None, "n", style).number_format

    with sheet._get_source() as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            texts: list[str] = []
            for cell in cells:
                if cell["value"] is not None:
                    shown = number_format(cell["style_id"])
                    text = cell_text(cell["value"], shown, decimal, book.epoch)
                    texts += [""] * (cell["column"] - 1 - len(texts)) + [text]
            yield number, texts


def cell_text(
    value: Any, number_format: str, decimal: str = ".", epoch: datetime | None = None
) -> str:
    """Return what a cell says, as text: ISO dates, clocks, plain numbers."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value, number_format).replace(".", decimal)
    if isinstance(value, timedelta):
        return _clock(_shown_seconds(value, number_format))
    if isinstance(value, time):
        since_midnight = datetime.combine(datetime.min, value) - datetime.min
        return _clock(_shown_seconds(since_midnight, number_format))
    if isinstance(value, datetime):
        return _moment(value, number_format, epoch)
    return str(value)


def _moment(value: datetime, number_format: str, epoch: datetime | None) -> str:
    """Return a date, a clock or both, as the format shows them."""
    signs = _signs(number_format).lower()
    midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
    clock = _shown_seconds(value - midnight, number_format)
    if not re.search("[ydm]", re.sub("h+[^a-z]*m+|m+[^a-z]*s+", "", signs)):
        if value.year < FIRST_YEAR and epoch:
            return _clock(timedelta(days=round(to_excel(value, epoch), 9)))
        return _clock(clock)
    if not re.search("[hs]", signs):
        return f"{value:%Y-%m-%d}"
    moment = midnight + clock
    fraction = f".{moment:%f}" if moment.microsecond else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction}"


def _shown_seconds(clock: timedelta, number_format: str) -> timedelta:
    """Return a clock to the second, unless the format shows fractions of seconds.

    Cells hold fractions of a day, in which hardly a second is exact.
    """
    if re.search(r"s[.,]0", number_format.lower()):
        return clock
    return timedelta(seconds=round(clock.total_seconds()))


def _clock(clock: timedelta) -> str:
    """Return a duration as hours, minutes and seconds, hours above 24 too."""
    sign, clock = ("-", -clock) if clock < timedelta() else ("", clock)
    thousandths = round(clock.total_seconds() * 1000)
    seconds, fraction = divmod(thousandths, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    rest = f".{fraction:03}" if fraction else ""
    return f"{sign}{hour:02}:{minute:02}:{second:02}{rest}"


def _number(value: int | float, number_format: str) -> str:
    signs = _signs(number_format)
    if "%" in signs:
        return f"{_digits(value * 100)}%"
    is_padded = re.search("0.*0", signs) and not re.search("[#?.,Ee/]", signs)
    if is_padded and value >= 0 and value == int(value):
        return _padded(str(int(value)), number_format)
    return _digits(value)


def _digits(value: int | float) -> str:
    if abs(value) >= 10**DIGITS and int(float(value)) == value:
        return f"#NUM! {value}"
    if value == int(value):
        return str(int(value))
    return f"{value:.{DIGITS}g}"


def _signs(number_format: str) -> str:
    """Return the signs of a format for a positive number, without literal texts."""
    first = _first_section(number_format)
    return "".join(token[5] for token in TOKEN.findall(first))


def _first_section(number_format: str) -> str:
    tokens = TOKEN.finditer(number_format)
    end = next((token.start() for token in tokens if token[0] == ";"), None)
    return number_format[:end]


def _padded(digits: str, number_format: str) -> str:
    """Return digits in the places of a format's zeros: 42 as 000042, or as J-0042."""
    pattern: list[tuple[str, bool]] = []
    for quoted, escaped, _, _, _, sign in TOKEN.findall(_first_section(number_format)):
        pattern += [(letter, False) for letter in quoted or escaped]
        pattern += [(sign, sign == "0")] if sign else []
    places = sum(is_digit for _, is_digit in pattern)
    padded = digits.rjust(places, "0")
    # what does not fit is in the first place
    first = len(padded) - places + 1
    given = iter([padded[:first], *padded[first:]])
    return "".join(next(given) if is_digit else sign for sign, is_digit in pattern)
