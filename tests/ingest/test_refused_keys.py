"""What is kept of refused rows next to an import's rows: month, area and key."""

import pandas as pd
import pytest

from kpis import pipeline
from kpis.builds import pruning
from kpis.builds.pruning import Limit
from kpis.checking import check
from kpis.ingest import lake
from tests.exports import JOB_ROWS, JOBS, canonical, save, save_mapping, take, values


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


def record_of(data_dir, account) -> lake.ImportRecord:
    return lake.read_manifest(data_dir)["imports"][account["import_id"]]


def refused(data_dir, account) -> pd.DataFrame:
    return pd.read_parquet(lake.refused_file(data_dir, record_of(data_dir, account)))


def test_a_file_without_a_refused_row_has_none(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    account = take(save(inbox, JOB_ROWS), "jobs", data_dir)
    record = record_of(data_dir, account)
    assert lake.refused_files(data_dir, [record]) == []
    assert not lake.refused_file(data_dir, record).exists()


def test_every_refused_row_is_there_with_what_could_be_read(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    content = JOB_ROWS + (
        "3,tomorrow,Camden\n"
        ",07/11/2003 10:00,Brent\n"
        "5,08/11/2003\n"
        "6,09/12/2003 10:00,Brent\n"
        "6,09/12/2003 10:00,Camden\n"
    )
    account = take(save(inbox, content), "jobs", data_dir)
    frame = refused(data_dir, account)
    assert values(frame, "line", "month", "area_code", "key") == [
        (4, None, "EK", {"incident_ref": "3"}),
        (5, "2003-11", "QK", {"incident_ref": None}),
        (6, None, None, None),
        (7, "2003-12", "QK", {"incident_ref": "6"}),
        (8, "2003-12", "EK", {"incident_ref": "6"}),
    ]
    assert len(frame) == account["quarantined"]
    assert set(frame["import_id"]) == {account["import_id"]}
    assert record_of(data_dir, account)["unreadable_keys"] == 2


def test_a_key_of_several_columns_may_be_called_as_what_is_known_of_a_row(
    inbox, data_dir
):
    content = canonical(
        "contacts_other_monthly",
        {"month": "2004-02"},
        {"month": "2004-03", "contacts": ""},
        {"month": "2004-03", "channel": "pigeon"},
    )
    name = "canonical_contacts_other_monthly"
    account = take(save(inbox, content), name, data_dir)
    frame = refused(data_dir, account)
    assert values(frame, "month") == ["2004-03"]
    (key,) = values(frame, "key")
    assert (f"{key['month']:%Y-%m}", key["channel"]) == ("2004-03", None)


def test_a_lost_file_is_a_fault(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    account = take(save(inbox, JOB_ROWS + "3,never,\n"), "jobs", data_dir)
    file = lake.refused_file(data_dir, record_of(data_dir, account))
    assert not any(str(file) in fault for fault in check(data_dir, data_dir).faults)
    file.unlink()
    assert any(str(file) in fault for fault in check(data_dir, data_dir).faults)


def test_rows_past_their_time_leave_it_too(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    content = JOB_ROWS + (
        "3,never,\n4,05/12/2003 10:00,\n"
        "5,06/11/2003 10:00,\n5,06/11/2003 10:01,\n"
        "6,06/12/2003 10:00,\n6,06/12/2003 10:01,\n"
    )
    account = take(save(inbox, content), "jobs", data_dir)
    pipeline.build(data_dir)

    def rebuilt(data_dir):
        return pipeline.build(data_dir, is_full=True).build

    pruning.record(data_dir, Limit("incidents", "2003-12", "two years"))
    pruning.prune(data_dir, rebuilt)
    assert values(refused(data_dir, account), "line", "month") == [
        (4, None),
        (8, "2003-12"),
        (9, "2003-12"),
    ]
    pruning.record(data_dir, Limit("incidents", "2004-01", "two years"))
    pruning.prune(data_dir, rebuilt)
    assert not lake.refused_file(data_dir, record_of(data_dir, account)).exists()


def test_it_stays_while_the_import_may_be_put_back(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    account = take(save(inbox, JOB_ROWS + "3,never,\n"), "jobs", data_dir)
    take(save(inbox, canonical("incidents", {})), "canonical_incidents", data_dir)
    pipeline.build(data_dir)
    lake.withdraw(data_dir, account["import_id"], "wrong force")
    pruning.prune(data_dir, lambda data_dir: "")
    assert len(refused(data_dir, account)) == 1
    for _ in range(pruning.BUILDS_KEPT):
        pipeline.build(data_dir, is_full=True)
    pruning.prune(data_dir, lambda data_dir: "")
    assert not lake.refused_file(data_dir, record_of(data_dir, account)).exists()
