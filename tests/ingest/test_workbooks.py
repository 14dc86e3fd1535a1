"""Cells of a workbook say what a reader sees, with the digits that a format hides."""

import gzip
import io
import zipfile
from datetime import UTC, datetime, time, timedelta

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from kpis.errors import UserError
from kpis.ingest import mapping_choice, room
from kpis.ingest.workbooks import cell_text
from tests.exports import JOBS, clocks, held, save_mapping, take, values
from tests.reading import CASES, read

MADE_AT = datetime(2004, 4, 1, tzinfo=UTC)
HEADER = ["Job", "Raised", "Borough"]
WITHOUT_FORMAT = JOBS.replace(', format = "%d/%m/%Y %H:%M"', "")


@pytest.fixture
def workbook(tmp_path_factory, data_dir):
    """Import a workbook made of sheets and return its account and rows."""
    inbox = tmp_path_factory.mktemp("inbox")

    def import_sheets(sheets: dict, mapping: str = WITHOUT_FORMAT, change=None):
        save_mapping(data_dir, mapping)
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if change:
            change(book)
        book.save(inbox / "jobs.xlsx")
        account = take(inbox / "jobs.xlsx", "jobs", data_dir)
        return account, held(data_dir, "incidents")

    return import_sheets


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (42, "000000", "000042"), (1234567, "000000", "1234567"), (42, "0", "42"),
        (42, '"J-"0000', "J-0042"), (31105, "000-000", "031-105"),
        (42.0, "00000", "00042"),
        (42, "00000;-00000", "00042"), (5.4, "000", "5.4"), (42, "#,##0.00", "42"),
        (42, "[Red]0000", "0042"), (120000.5, '"£"#,##0.00', "120000.5"),
        (0.58, "0%", "58%"), (0.5812, "0%", "58.12%"), (0.29, "0.0%", "29%"),
        (5, '0"%"', "5"), (0.1 + 0.2, "General", "0.3"), (3.0, "General", "3"),
        (20031105000000001, "0", "20031105000000001"),
        (2.0031105e16, "0", "#NUM! 2.0031105e+16"), (1e-7, "General", "1e-07"),
        (True, "General", "true"), (False, "General", "false"), ("#N/A", "", "#N/A"),
        ("007", "General", "007"), ("007", "@", "007"),
        (time(9, 15), "hh:mm", "09:15:00"), (time(9, 15, 0, 1000), "h:mm", "09:15:00"),
        (time(23, 59, 59, 999000), "h:mm:ss", "24:00:00"),
        (time(9, 15, 0, 250000), "h:mm:ss.000", "09:15:00.250"),
        (timedelta(hours=30, minutes=5), "[h]:mm", "30:05:00"),
        (timedelta(seconds=90, milliseconds=1), "[mm]:ss", "00:01:30"),
        (timedelta(hours=-2), "[h]:mm", "-02:00:00"),
        (datetime(2003, 11, 5), "dd/mm/yyyy", "2003-11-05"),
        (datetime(2003, 11, 5), "dd/mm/yyyy hh:mm", "2003-11-05 00:00:00"),
        (datetime(2003, 11, 5), "mmm-yy", "2003-11-05"),
        (datetime(2003, 11, 5, 9, 15), "dd/mm/yyyy", "2003-11-05"),
        (datetime(2003, 11, 5, 9, 15), "hh:mm", "09:15:00"),
        (datetime(2003, 11, 5, 9, 15, 7), "mm:ss", "09:15:07"),
        (datetime(2003, 11, 5, 9, 15, 37), "dd/mm/yyyy hh:mm", "2003-11-05 09:15:37"),
        (
            datetime(2003, 11, 5, 9, 15, 0, 1000), "[$-809]d mmmm yyyy h:mm:ss;@",
            "2003-11-05 09:15:00",
        ),
        (
            datetime(2003, 11, 5, 9, 15, 0, 999000), "yyyy-mm-dd hh:mm",
            "2003-11-05 09:15:01",
        ),
    ],
)  # fmt: skip
def test_a_cell_says_what_a_reader_sees(value, number_format, text):
    assert cell_text(value, number_format) == text


def test_a_number_gets_the_mapping_s_decimal_mark():
    assert cell_text(1.234, "General", ",") == "1,234"
    assert cell_text(0.5812, "0%", ",") == "58,12%"
    assert cell_text(time(9, 0, 0, 250000), "h:mm:ss.000", ",") == "09:00:00.250"


@given(st.floats(-1e11, 1e11), st.sampled_from([".", ","]))
def test_any_number_of_a_cell_is_read_as_that_number(number, decimal):
    (found,) = read("decimal", [cell_text(number, "General", decimal)], decimal=decimal)
    assert abs(float(found) - number) <= max(1e-6, 1e-14 * abs(number))


def test_case_03_a_day_and_a_clock_in_two_cells_are_an_instant(data_dir):
    folder = CASES / "03_clock_dropped"
    mapping = (folder / "calls_day_and_clock.toml").read_text(encoding="utf-8")
    save_mapping(data_dir, mapping, "calls_day_and_clock")
    account = take(folder / "calls_2003-11.xlsx", "calls_day_and_clock", data_dir)
    rows = held(data_dir, "calls")
    assert (account["accepted"], account["flagged"]) == (40, 0)
    hours = {clock[11:13] for clock in clocks(rows, "offered_at")}
    assert hours == {f"{hour:02}" for hour in range(9, 17)}
    waits = (rows["answered_at"] - rows["offered_at"]).dt.total_seconds()
    assert waits.min() == 20


def test_day_and_clock_cells_of_any_format_are_read_by_a_mapping_with_one(workbook):
    moment = datetime(2003, 11, 5, 23, 58)
    mapping = JOBS.replace('column = "Raised"', 'columns = ["Day", "Clock"]')
    rows = [["Job", "Day", "Clock", "Borough"], [1, moment, moment, "Brent"]]

    def change(book):
        book["Jobs"]["B2"].number_format = "dd/mm/yyyy"
        book["Jobs"]["C2"].number_format = "hh:mm"

    _, found = workbook({"Jobs": rows}, mapping, change)
    assert clocks(found, "created_at") == ["2003-11-05T23:58:00+00:00"]


def test_a_date_cell_is_read_whatever_format_the_mapping_has(workbook):
    rows = [
        HEADER,
        [1, datetime(2003, 11, 5, 23, 58), "Brent"],
        [2, "06/11/2003 08:15"],
    ]
    account, found = workbook({"Jobs": rows}, JOBS)
    assert clocks(found, "created_at") == [
        "2003-11-05T23:58:00+00:00",
        "2003-11-06T08:15:00+00:00",
    ]
    assert account["flagged"] == 0


def test_a_day_without_its_clock_is_no_instant(workbook):
    rows = [
        HEADER,
        [1, datetime(2003, 11, 5, 9), "Brent"],
        [2, datetime(2003, 11, 5), ""],
    ]

    def change(book):
        book["Jobs"]["B3"].number_format = "dd/mm/yyyy"

    account, _ = workbook({"Jobs": rows}, change=change)
    assert account["reasons"] == {"not_an_instant": 1}


def test_dates_counted_from_1904_are_those_dates(workbook):
    def change(book):
        book.epoch = CALENDAR_MAC_1904

    rows = [HEADER, [1, datetime(2003, 11, 5, 23, 58), "Brent"]]
    _, found = workbook({"Jobs": rows}, change=change)
    assert clocks(found, "created_at") == ["2003-11-05T23:58:00+00:00"]


def test_a_serial_number_without_a_date_s_format_is_no_instant(workbook):
    rows = [HEADER, [1, 37930.5, "Brent"], [2, datetime(2003, 11, 5, 9), "Brent"]]
    account, _ = workbook({"Jobs": rows})
    assert account["reasons"] == {"not_an_instant": 1}


def test_references_keep_their_zeros_and_errors_are_no_references(workbook):
    at = datetime(2003, 11, 5, 9)
    rows = [
        HEADER,
        [42, at, "Brent"],
        ["#N/A", at, "Brent"],
        [2.0031105e16, at, "#REF!"],
    ]

    def change(book):
        book["Jobs"]["A2"].number_format = "000000"
        book["Jobs"]["A3"].data_type = "e"

    account, found = workbook({"Jobs": rows}, change=change)
    assert values(found, "incident_ref") == ["000042"]
    assert account["reasons"] == {"not_an_id": 2}


def test_a_formula_is_its_value_and_one_without_it_a_fault(workbook):
    mapping = WITHOUT_FORMAT + 'units_assigned = { column = "Units" }\n'
    at = datetime(2003, 11, 5, 9)
    rows = [[*HEADER, "Units"], [1, at, "Brent", "=1+1"], [2, at, "Brent", 3]]
    account, found = workbook({"Jobs": rows}, mapping)
    assert values(found, "units_assigned") == [None, 3]
    assert account["flags"] == {"not_a_whole_number": 1}


def with_formula_values(path, value: str):
    """Write what a spreadsheet program works out for the formulas of a workbook."""
    packed = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(b"<v />", value.encode())
                content = content.replace(b"<v></v>", value.encode())
            new.writestr(name, content)


def test_the_value_that_was_worked_out_is_read(tmp_path, data_dir):
    save_mapping(data_dir, WITHOUT_FORMAT + 'units_assigned = { column = "Units" }\n')
    book = openpyxl.Workbook()
    book.active.append([*HEADER, "Units"])
    book.active.append([1, datetime(2003, 11, 5, 9), "Brent", "=1+1"])
    path = tmp_path / "jobs.xlsx"
    book.save(path)
    with_formula_values(path, "<v>2</v>")
    take(path, "jobs", data_dir)
    assert values(held(data_dir, "incidents"), "units_assigned") == [2]


def test_a_cover_sheet_and_title_lines_are_passed_over(workbook):
    sheets = {
        "About": [["Job log of Brent"], ["made by", "the control room"]],
        "Empty": [],
        "Data": [
            ["Job log", None, None], [None], ["November 2003"], HEADER,
            [1, datetime(2003, 11, 5, 23, 58), "Brent"],
        ],
    }  # fmt: skip
    _, found = workbook(sheets)
    assert values(found, "incident_ref", "line") == [("1", 5)]


def test_two_sheets_that_fit_are_not_chosen_between(workbook):
    rows = [HEADER, [1, datetime(2003, 11, 5, 23, 58), "Brent"]]
    with pytest.raises(UserError, match="several sheets .*: October, November.*own"):
        workbook({"October": rows, "November": rows})


def test_a_hidden_sheet_is_not_read(workbook):
    rows = [HEADER, [1, datetime(2003, 11, 5, 23, 58), "Brent"]]

    def change(book):
        book["Old"].sheet_state = "hidden"

    _, found = workbook({"Old": [HEADER, [9, "x", "y"]], "New": rows}, change=change)
    assert values(found, "incident_ref") == ["1"]


def test_no_sheet_fits(workbook):
    with pytest.raises(UserError, match=r"none of the sheets fits \(One, Two\)"):
        workbook({"One": [["a"]], "Two": [["b"]]})


def test_cells_without_content_beside_the_table_change_nothing(workbook):
    rows = [
        HEADER,
        [1, datetime(2003, 11, 5, 23, 58), "Brent"],
        [2, datetime(2003, 11, 6)],
    ]

    def change(book):
        for row in (1, 2, 3, 9):
            book["Jobs"].cell(row, 6).font = openpyxl.styles.Font(bold=True)

    account, _ = workbook({"Jobs": rows}, change=change)
    assert (account["read"], account["accepted"]) == (2, 2)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (b"A999999999", "row 999,999,999, but a sheet ends at row 1,048,576"),
        (b"A1048577", "row 1,048,577, but"),
        (b"XFE2", "column 16,385, but a sheet ends at column 16,384"),
        (b"ZZZ2", "column 18,278, but"),
        (b"ZZZZZZZ2", "cannot be read"),
    ],
)
def test_a_cell_that_no_sheet_has_is_refused_at_once(
    tmp_path_factory, data_dir, cell, says
):
    path = tmp_path_factory.mktemp("far") / "jobs.xlsx"
    book = openpyxl.Workbook()
    for row in [HEADER, [1, datetime(2003, 11, 5, 23, 58), "Brent"]]:
        book.active.append(row)
    book.save(path)
    packed = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b'r="C2"', b'r="' + cell + b'"')
            new.writestr(name, content)
    save_mapping(data_dir, WITHOUT_FORMAT)
    with pytest.raises(UserError, match=says):
        take(path, "jobs", data_dir)
    assert mapping_choice.fitting(path, data_dir) == []


@pytest.mark.parametrize(
    ("name", "most"),
    # an empty workbook has 6 kB; its rows as text alone are over the other limit
    [("jobs.xlsx", 3000), ("jobs.xlsx", 40_000), ("jobs.csv.gz", 40_000)],
)
def test_what_is_too_large_when_unpacked_is_refused(
    tmp_path, data_dir, monkeypatch, name, most
):
    path, text = tmp_path / name, "x" * 500
    if name.endswith("gz"):
        rows = [",".join(HEADER), *[f"1,{text},Brent"] * 200]
        path.write_bytes(gzip.compress("\n".join(rows).encode()))
    else:
        book = openpyxl.Workbook()
        for row in [HEADER, *[[1, text, "Brent"]] * 200]:
            book.active.append(row)
        book.save(path)
    save_mapping(data_dir, WITHOUT_FORMAT)
    monkeypatch.setattr(room, "MOST_BYTES", most)
    with pytest.raises(UserError, match="unpacked, it is larger than"):
        take(path, "jobs", data_dir)
    assert mapping_choice.fitting(path, data_dir) == []


def test_numbers_and_keys_of_parquet_files(tmp_path, data_dir):
    mapping = 'decimal = ","\n' + WITHOUT_FORMAT + 'nsir_open = { column = "Cost" }\n'
    save_mapping(data_dir, mapping)
    path = tmp_path / "jobs.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 7.0::double as \"Job\", timestamp '2003-11-05 09:00:00' as "
            '"Raised", \'Brent\' as "Borough", 1.234::decimal(9, 3) as "Cost") '
            f"to '{path}' (format parquet)"
        )
    take(path, "jobs", data_dir)
    found = values(held(data_dir, "incidents"), "incident_ref", "nsir_open")
    assert found == [("7", "1,234")]
