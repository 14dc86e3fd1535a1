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
    "<script>alert(1)</script>",
    "'; drop table calls; --",
    "ليلى",
    "x" * 300,
    "line\nbreak, and comma",
]


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
    assert not [one for one in names if one.startswith(spreadsheets.FORMULA_SIGNS)]
    assert [one.removeprefix("'") for one in names[:5]] == HOSTILE[:5]
    assert names[5:6] + names[7:] == HOSTILE[5:6] + HOSTILE[7:]
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
        "Series!$B$2:$B$11",
        "Series!$F$2:$F$11",
    ]


def test_an_empty_table_is_a_file_with_its_header():
    empty = pd.DataFrame({"name": [], "n": []})
    assert spreadsheets.csv(empty).decode("utf-8-sig") == "name,n\n"
    book = openpyxl.load_workbook(io.BytesIO(spreadsheets.workbook({"Rows": empty})))
    assert [cell.value for cell in next(book["Rows"].iter_rows())] == ["name", "n"]
