"""Files to download: text stays text, numbers stay numbers, in CSV and in Excel."""

import csv
import io

import openpyxl
import pandas as pd
import pytest

from kpis.output import spreadsheets
from kpis.output.spreadsheets import Chart

HOSTILE = [
    '=HYPERLINK("http://192.0.2.1/","click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "\n=1",
    "<script>alert(1)</script>",
    "'; drop table calls; --",
    "ليلى",
    "x" * 300,
    "line\nbreak, and comma",
]
SIGNS = tuple("=+-@\t\r\n＝＋－＠")


@pytest.fixture
def frame() -> pd.DataFrame:
    count = len(HOSTILE)
    return pd.DataFrame(
        {
            "name": HOSTILE,
            "value": [-1.5, float("nan"), *range(count - 2)],
            "period_start": pd.date_range("2003-04-01", periods=count, freq="MS"),
            "at": pd.date_range("2003-04-01", periods=count, tz="Europe/London"),
            "is_outside": [True, *[False] * (count - 1)],
            "n": pd.array([None, *range(count - 1)], dtype="Int64"),
        }
    )


def test_no_cell_of_a_csv_file_begins_a_formula(frame):
    text = spreadsheets.csv(frame).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    names = [row["name"] for row in rows]
    assert not [one for one in names if one.startswith(SIGNS)]
    assert [one.removeprefix("'") for one in names[:7]] == HOSTILE[:7]
    assert names[7:] == HOSTILE[7:]
    # a negative number is one
    assert rows[0]["value"] == "-1.5"


def test_an_excel_file_holds_texts_numbers_and_days(frame):
    book = openpyxl.load_workbook(io.BytesIO(spreadsheets.workbook({"Series": frame})))
    head, *rows = book["Series"].iter_rows()
    assert [cell.value for cell in head] == list(frame)
    assert [row[0].value for row in rows] == HOSTILE
    assert {row[0].data_type for row in rows} == {"s"}
    assert not any(row[0].hyperlink for row in rows)
    assert rows[0][1].value == -1.5
    assert rows[1][1].value is None
    assert rows[0][2].value == pd.Timestamp("2003-04-01")
    assert rows[0][3].value == pd.Timestamp("2003-04-01")
    assert rows[0][4].value is True
    assert rows[0][5].value is None
    assert rows[1][5].value == 0


def test_a_chart_is_drawn_from_the_first_sheet(frame):
    chart = Chart("Calls in time", "period_start", ("value", "n"))
    file = spreadsheets.workbook({"Series": frame, "Other": frame[["name"]]}, chart)
    book = openpyxl.load_workbook(io.BytesIO(file))
    assert book.sheetnames == ["Series", "Other", "Chart"]
    (drawn,) = book["Chart"]._charts
    assert [one.val.numRef.f for one in drawn.series] == [
        f"Series!$B$2:$B${len(frame) + 1}",
        f"Series!$F$2:$F${len(frame) + 1}",
    ]


def test_an_empty_table_is_a_file_with_its_header():
    empty = pd.DataFrame({"name": [], "n": []})
    assert spreadsheets.csv(empty).decode("utf-8-sig") == "name,n\n"
    book = openpyxl.load_workbook(io.BytesIO(spreadsheets.workbook({"Rows": empty})))
    assert [cell.value for cell in next(book["Rows"].iter_rows())] == ["name", "n"]


# what a spreadsheet program makes into numbers and days, if a file lets it
IDS = [
    "00000008",
    "20031105000000001",
    "2E3",
    "3-4",
    "1/2",
    "-3",
    "=4+1",
    "TRUE",
    "1,5",
]


@pytest.mark.parametrize("identifier", IDS)
def test_an_identifier_is_text_in_an_excel_file(identifier):
    file = spreadsheets.workbook({"Rows": pd.DataFrame({"ref": [identifier]})})
    cell = openpyxl.load_workbook(io.BytesIO(file))["Rows"]["A2"]
    assert (cell.value, cell.data_type) == (identifier, "s")
    # if someone types into the cell, it stays text
    assert cell.number_format == "@"


def test_a_whole_number_that_excel_would_round_is_text():
    frame = pd.DataFrame({"n": [20031105000000001, 5]})
    sheet = openpyxl.load_workbook(io.BytesIO(spreadsheets.workbook({"Rows": frame})))
    assert [row[0].value for row in sheet["Rows"].iter_rows(min_row=2)] == [
        "20031105000000001",
        5,
    ]


def test_rows_past_the_end_of_a_sheet_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 2)
    frame = pd.DataFrame({"n": range(5)})
    book = openpyxl.load_workbook(io.BytesIO(spreadsheets.workbook({"Rows": frame})))
    assert book.sheetnames == ["Rows", "Rows 2", "Rows 3"]
    assert [row[0].value for row in book["Rows 3"].iter_rows()] == ["n", 4]


def test_names_of_columns_are_guarded_and_negative_numbers_are_not():
    frame = pd.DataFrame({"=1+1": ["-3"], "-n": [-3], "code": ["+4.5"]})
    text = spreadsheets.csv(frame).decode("utf-8-sig")
    assert text == "'=1+1,'-n,code\n-3,-3,+4.5\n"


@pytest.mark.parametrize("text", ["\r@SUM(A1)", "x\r=1+1", "x\r\n=1+1", "\r"])
def test_a_carriage_return_does_not_begin_a_row(text):
    frame = pd.DataFrame({"name": [text], "n": [1]})
    (row,) = csv.DictReader(io.StringIO(spreadsheets.csv(frame).decode("utf-8-sig")))
    assert row["n"] == "1"
    assert not row["name"].startswith(SIGNS)
