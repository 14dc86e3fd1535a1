"""A quarantine file opens in a spreadsheet without a formula, and reads back as it was.

What was refused came from a file of anyone's: a cell may begin like a formula. Such a
cell has an apostrophe before it, which goes when the mended file is imported.
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from kpis import warehouse
from kpis.ingest import faulty_rows
from kpis.output import spreadsheets
from tests.exports import held, save, take, values

CASE = Path(__file__).parent.parent / "cases" / "33_formula"
SIGNS = tuple("=+-@\t\r\n＝＋－＠")
HOSTILE = [
    "=cmd|'/c calc'!A0", '=HYPERLINK("http://x","y")', "-2+3", "+1-1", "@SUM(1)",
    "＝1+1", "＋1+1", "－2+3", "＠SUM(1)", "'=1", "''=1", "--1", "-", "=",
]  # fmt: skip
HARMLESS = ["'1", "'quoted'", "1=1", "", "2E3", "3-4", "1/2", "00000008", "-3", "+3.5"]
LATER = datetime(2004, 5, 1, tzinfo=UTC)


@pytest.fixture
def inbox(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("inbox")


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refused_file(data_dir: Path, account: dict) -> Path:
    return data_dir / "quarantine" / f"{account['import_id']}.csv"


def is_formula(text: str) -> bool:
    return text.startswith(SIGNS) and not spreadsheets.NUMBER.fullmatch(text)


def mended(path: Path, changes: dict[str, str]) -> list[dict[str, str]]:
    rows = cells(path)
    for row in rows:
        row |= {name: changes.get(value, value) for name, value in row.items()}
    return rows


def test_no_cell_of_the_case_is_a_formula_and_all_of_it_reads_back(inbox, data_dir):
    (path,) = CASE.glob("*.csv")
    first = take(
        save(inbox, path.read_text(), path.name), "canonical_incidents", data_dir
    )
    assert first["quarantined"] > 0
    refused = refused_file(data_dir, first)
    rows = cells(refused)
    assert not any(is_formula(value) for row in rows for value in row.values())
    right = {"'=1+1": "I", "'=NOW()": "2004-03-01T10:00:00+00:00", "'@SUM(1)": ""}
    rows = mended(refused, right)
    again = save_rows(inbox, "mended.csv", rows)
    account = take(again, "canonical_incidents", data_dir, extracted_at=LATER)
    assert account["quarantined"] == 0
    kept = held(data_dir, "incidents")
    assert set(values(kept, "incident_ref")) == {
        "=cmd|'/c calc'!A0", '=HYPERLINK("http://x","y")', "-2+3",
    }  # fmt: skip


def save_rows(inbox: Path, name: str, rows: list[dict[str, str]]) -> Path:
    path = inbox / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def incidents(refs: list[str]) -> list[dict[str, str]]:
    return [
        {"incident_ref": ref, "created_at": "tomorrow", "origin": "public",
         "bocu_code": "CW", "grade_first": "I"}
        for ref in refs
    ]  # fmt: skip


GOOD = incidents(["good"])[0] | {"created_at": "2004-03-01T10:00:00+00:00"}


@pytest.mark.parametrize("is_workbook", [False, True])
def test_any_text_comes_back_as_it_was(inbox, data_dir, is_workbook):
    refs = [one for one in [*HOSTILE, *HARMLESS] if one]
    refs += [] if is_workbook else ["x\r=1+1", "x\n=1+1"]
    path = save_rows(inbox, "=1+1_jobs.csv", [GOOD, *incidents(refs)])
    account = take(path, "canonical_incidents", data_dir)
    assert account["quarantined"] == len(refs)
    rows = mended(refused_file(data_dir, account), {"tomorrow": "2004-03-01T10:00:00Z"})
    assert {row["quarantined_from"] for row in rows} == {"'=1+1_jobs.csv"}
    assert not any(is_formula(value) for row in rows for value in row.values())
    # numbers are not guarded
    assert {"-3", "+3.5"} < {row["incident_ref"] for row in rows}
    again = save_rows(inbox, "mended.csv", rows)
    if is_workbook:
        again = inbox / "mended.xlsx"
        book = openpyxl.Workbook()
        for row in [list(rows[0]), *(list(row.values()) for row in rows)]:
            book.active.append(row)
            for cell in book.active[book.active.max_row]:
                cell.data_type = "s"
        book.save(again)
    take(again, "canonical_incidents", data_dir, extracted_at=LATER)
    kept = held(data_dir, "incidents")
    assert sorted(values(kept, "incident_ref")) == sorted(["good", *refs])


def test_the_list_of_refused_rows_shows_them_as_they_were(inbox, data_dir):
    rows = [GOOD, *incidents(["1", "2"])]
    rows[1]["created_at"] = "=NOW()"
    path = save_rows(inbox, "jobs.csv", rows)
    account = take(path, "canonical_incidents", data_dir)
    found = faulty_rows.rows(data_dir, account["import_id"], "refused")
    assert found["value"].tolist() == ["=NOW()", "tomorrow"]
    # and guarded again in the file to download
    text = spreadsheets.csv(found).decode("utf-8-sig")
    assert ",'=NOW()," in text


def test_amounts_below_zero_stay_numbers(inbox, data_dir):
    entry = {"cost_centre_type": "response", "cost_type": "basic_pay",
             "basis": "outturn", "unit_code": "MPS", "budget_profiled": "1",
             "is_reversal": "false"}  # fmt: skip
    rows = [
        entry | {"entry_ref": month, "month": month, "actual": "-12.50"}
        for month in ("2003-12", "2003-13")
    ]
    path = save_rows(inbox, "ledger.csv", rows)
    account = take(path, "canonical_finance_monthly", data_dir)
    (refused,) = cells(refused_file(data_dir, account))
    assert float(refused["actual"]) == -12.5


@pytest.mark.parametrize("text", [*HOSTILE, *HARMLESS])
def test_both_guards_agree_and_undo(text, tmp_path):
    db = warehouse.writer(tmp_path)
    for macro in ("guarded", "unguarded"):
        db.run(warehouse.text(f"macros/{macro}"))
    ((guarded, undone),) = db.tuples(
        "select guarded(?), unguarded(guarded(?))", [text, text]
    )
    frame = spreadsheets.guarded(pd.DataFrame({text: [text]}))
    assert guarded == frame.iloc[0, 0] == frame.columns[0]
    assert undone == text
    assert (guarded != text) == (text in HOSTILE)
