"""Refused and flagged rows of an import, counted by rule and listed by line."""

import pytest

from kpis.ingest import faulty_rows
from tests.exports import save, take

VISITS = (
    "visit_id,facility_code,arrived_at,service_started_at,left_before_service,"
    "visit_reason,recorded_by\n"
    "1,CO1,2004-03-01T09:00:00+00:00,2004-03-01T08:00:00+00:00,false,advice,"
    "ticket_system\n"
    "2,nowhere,2004-03-01T10:00:00+00:00,2004-03-01T09:00:00+00:00,false,advice,"
    "ticket_system\n"
    "3,CO1,yesterday,,true,advice,clerk_log\n"
    '4,CO1,"<b>""today""",,true,advice,clerk_log\n'
)


@pytest.fixture
def account(data_dir):
    name = "visits_2004-03-01_to_2004-03-31_extracted_2004-04-01T0200.csv"
    path = save(data_dir / "inbox", VISITS, name)
    return take(path, "canonical_front_counter_visits", data_dir)


def test_faults_are_counted_by_rule_as_in_the_account(data_dir, account):
    asked = data_dir, account["import_id"]
    refused = faulty_rows.counts(*asked, faulty_rows.REFUSED)
    assert dict(zip(refused["rule"], refused["row_count"], strict=True)) == {
        "not_an_instant": 2
    }
    flagged = faulty_rows.counts(*asked, faulty_rows.FLAGGED)
    found = dict(zip(flagged["rule"], flagged["row_count"], strict=True))
    assert found == account["flags"] == {"service_before_arrival": 2, "unknown_code": 2}


def test_each_is_listed_with_its_line_and_value(data_dir, account):
    asked = data_dir, account["import_id"]
    refused = faulty_rows.rows(*asked, faulty_rows.REFUSED)
    assert refused["line"].tolist() == [4, 5]
    assert refused["value"].tolist() == ["yesterday", '<b>"today"']
    assert refused["remedy"].ne("").all()
    flagged = faulty_rows.rows(*asked, faulty_rows.FLAGGED, ["unknown_code"])
    assert flagged[["line", "column_name", "value"]].to_dict("records") == [
        {"line": 2, "column_name": "facility_code", "value": "CO1"},
        {"line": 3, "column_name": "facility_code", "value": "nowhere"},
    ]
    assert len(faulty_rows.rows(*asked, faulty_rows.FLAGGED)) == 4
    assert faulty_rows.rows(*asked, faulty_rows.FLAGGED, limit=1)["line"].tolist() == [
        2
    ]


def test_pruned_rows_are_not_kept(data_dir, account):
    asked = data_dir, account["import_id"], faulty_rows.REFUSED
    assert faulty_rows.is_kept(*asked)
    (data_dir / "quarantine" / f"{account['import_id']}.csv").unlink()
    assert not faulty_rows.is_kept(*asked)
