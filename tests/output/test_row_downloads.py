"""Rows to download: identifiers are the same text in the file as in the export."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from kpis.analysis import source_rows
from kpis.ingest import importer
from kpis.output import spreadsheets
from kpis.results import Build, queries
from tests.tables import Force, days, instant

CASE = Path(__file__).parent.parent / "cases" / "06_csv_ids" / "incidents.csv"
ATTENDED = "ops_immediate_attended_in_target"
OCTOBER = days("2003-10")


@pytest.fixture(scope="module")
def refs() -> set[str]:
    with CASE.open(encoding="utf-8", newline="") as file:
        return {row["incident_ref"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Build:
    force = Force(tmp_path_factory.mktemp("ids"))
    request = importer.Request(instant("2003-12-01T00:00"))
    importer.import_file(CASE, "canonical_incidents", force.data_dir, request)
    with force.build() as opened:
        yield opened


def in_excel(rows, column: str) -> set[str]:
    file = io.BytesIO(spreadsheets.workbook({"Rows": rows}))
    head, *body = openpyxl.load_workbook(file)["Rows"].iter_rows()
    place = [cell.value for cell in head].index(column)
    assert {row[place].data_type for row in body} == {"s"}
    return {row[place].value for row in body}


def test_rows_of_a_source_keep_their_identifiers(build, refs):
    rows = source_rows.rows(build, "incidents", "MPS", OCTOBER, {})
    assert in_excel(rows, "incident_ref") == refs
    assert {"2E3", "-3", "=4+1", "00000008", "20031105000000001"} <= refs


def test_rows_of_an_indicator_keep_their_identifiers(build, refs):
    rows = queries.rows(build, ATTENDED, "MPS", *OCTOBER)
    found = {row_id.removeprefix("incidents:") for row_id in in_excel(rows, "row_id")}
    assert found == refs
