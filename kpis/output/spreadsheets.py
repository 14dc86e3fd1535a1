"""Tables to download, as CSV and Excel files in which text stays text.

A spreadsheet program takes a cell that begins like a formula for one, and names come
from files. CSV cannot say that a cell is text, so such a cell gets an apostrophe before
it. An Excel file says which cells are text, so 00000008, 2E3 and 3-4 stay as they are.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# as in `sql/macros/guarded.sql`, for files that are imported again
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
# limits of an Excel sheet, and of the whole numbers that it holds exactly
MOST_ROWS, LONGEST_TEXT, LARGEST_WHOLE = 1_048_575, 32_767, 10**15
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "default_date_format": "d mmm yyyy",
}
WIDEST = 60
CHART_SIZE = {"width": 960, "height": 420}


@dataclass(frozen=True)
class Chart:
    """A native line chart over columns of the first sheet."""

    title: str
    along: str
    lines: tuple[str, ...]


def csv(frame: pd.DataFrame) -> bytes:
    """Return the frame as a CSV file that spreadsheet programs read as UTF-8."""
    return guarded(frame).to_csv(index=False).encode("utf-8-sig")


def guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an apostrophe before texts and names like a formula."""
    texts = frame.select_dtypes(include=["object", "str", "category"]).columns
    safe = {name: frame[name].astype(object).map(_guarded) for name in texts}
    return frame.assign(**safe).rename(columns=_guarded)


def workbook(sheets: Mapping[str, pd.DataFrame], chart: Chart | None = None) -> bytes:
    """Return an Excel file with a sheet for each frame, in order.

    `chart` is drawn from the first sheet, on a sheet of its own. Times lose their zone,
    which Excel does not have; missing numbers are empty cells. A frame that is longer
    than a sheet goes on in further sheets.
    """
    file = io.BytesIO()
    with Workbook(file, OPTIONS) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        # "@": what is typed into such a cell later stays text too
        text = book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, frame in sheets.items():
            for title, part in _parts(name, frame):
                _write(book.add_worksheet(title), part, head, text, wrapped)
        if chart:
            name, frame = next(iter(sheets.items()))
            _draw(book, name, frame, chart)
    return file.getvalue()


def _guarded(value: object) -> object:
    if not isinstance(value, str) or NUMBER.fullmatch(value):
        return value
    # pandas writes a lone carriage return without quotes: it would begin a new row
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if FORMULA.match(text) else text


def _parts(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for number, start in enumerate(range(0, max(len(frame), 1), MOST_ROWS), 1):
        title = name if number == 1 else f"{name} {number}"
        yield title, frame.iloc[start : start + MOST_ROWS]


def _write(
    sheet: Worksheet, frame: pd.DataFrame, head: Format, text: Format, wrapped: Format
) -> None:
    for place, name in enumerate(frame.columns):
        column = frame[name]
        known = column.astype(object).where(column.notna(), None)
        values = [_plain(value) for value in known]
        longest = max([len(str(name)), *(len(str(value)) for value in values)])
        sheet.set_column(
            place,
            place,
            min(longest, WIDEST) + 2,
            wrapped if longest > WIDEST else None,
        )
        sheet.write_string(0, place, str(name), head)
        for row, value in enumerate(values, 1):
            if isinstance(value, str):
                own = wrapped if longest > WIDEST else text
                sheet.write_string(row, place, value[:LONGEST_TEXT], own)
            else:
                sheet.write(row, place, value)
    sheet.freeze_panes(1, 0)


def _plain(value: object) -> object:
    """Return a value of a type that Excel has."""
    if not pd.api.types.is_scalar(value):
        return str(value)
    if isinstance(value, pd.Timestamp):
        return value.tz_localize(None).to_pydatetime()
    plain = value.item() if isinstance(value, np.generic) else value
    # Excel would round it
    is_long = isinstance(plain, int) and abs(plain) >= LARGEST_WHOLE
    return str(plain) if is_long else plain


def _draw(book: Workbook, sheet: str, frame: pd.DataFrame, chart: Chart) -> None:
    drawn = book.add_chart({"type": "line"})
    columns = list(frame)
    last = len(frame)
    for place, name in enumerate(chart.lines):
        dashed = {"width": 1, "dash_type": "dash", "color": "#6B7280"}
        solid = {"width": 1.75, "color": "#1B2A41"}
        drawn.add_series(
            {
                "name": [sheet, 0, columns.index(name)],
                "categories": [sheet, 1, columns.index(chart.along), last,
                               columns.index(chart.along)],
                "values": [sheet, 1, columns.index(name), last, columns.index(name)],
                "line": dashed if place else solid,
                "marker": {"type": "none"},
            }
        )  # fmt: skip
    drawn.set_title({"name": chart.title, "name_font": {"size": 13}})
    drawn.set_x_axis({"date_axis": True, "num_format": "mmm yyyy"})
    drawn.set_legend({"position": "bottom"})
    drawn.set_size(CHART_SIZE)
    drawn.show_blanks_as("gap")
    book.add_worksheet("Chart").insert_chart(0, 0, drawn)
