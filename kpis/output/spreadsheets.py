"""Tables to download, as CSV and Excel files in which text stays text.

A spreadsheet program takes a cell that begins like a formula for one, and names come
from files. CSV cannot say that a cell is text, so such a cell gets an apostrophe before
it. An Excel file says which cells are text.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
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
    texts = frame.select_dtypes(include=["object", "str"]).columns
    guarded = {name: frame[name].map(_guarded) for name in texts}
    return frame.assign(**guarded).to_csv(index=False).encode("utf-8-sig")


def workbook(sheets: Mapping[str, pd.DataFrame], chart: Chart | None = None) -> bytes:
    """Return an Excel file with a sheet for each frame, in order.

    `chart` is drawn from the first sheet, on a sheet of its own. Times lose their zone,
    which Excel does not have; missing numbers are empty cells.
    """
    file = io.BytesIO()
    with Workbook(file, OPTIONS) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, frame in sheets.items():
            _write(book.add_worksheet(name), frame, head, wrapped)
        if chart:
            name, frame = next(iter(sheets.items()))
            _draw(book, name, frame, chart)
    return file.getvalue()


def _guarded(value: object) -> object:
    is_formula = isinstance(value, str) and value.startswith(FORMULA_SIGNS)
    return f"'{value}" if is_formula else value


def _write(
    sheet: Worksheet, frame: pd.DataFrame, head: Format, wrapped: Format
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
            sheet.write(row, place, value)
    sheet.freeze_panes(1, 0)


def _plain(value: object) -> object:
    """Return a value of a type that Excel has."""
    if not pd.api.types.is_scalar(value):
        return str(value)
    if isinstance(value, pd.Timestamp):
        return value.tz_localize(None).to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value


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
