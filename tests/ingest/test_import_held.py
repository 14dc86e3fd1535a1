"""What the lake holds of a file's keys: in other months, of older contracts."""

from datetime import date, datetime, timedelta

import duckdb
import pytest

from kpis.errors import UserError
from kpis.ingest import lake
from tests.exports import (
    JOB_ROWS,
    JOBS,
    MADE_AT,
    canonical,
    everything,
    save,
    save_mapping,
    take,
)

HEADER = "Job,Raised,Borough\n"


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(autouse=True)
def _jobs(data_dir):
    save_mapping(data_dir, JOBS)


def jobs(inbox, data_dir, rows: str, later: int = 0) -> dict:
    """Import rows of the job log as an edition of some days later."""
    made_at = MADE_AT + timedelta(days=later)
    return take(save(inbox, HEADER + rows), "jobs", data_dir, extracted_at=made_at)


def moved(data_dir, account) -> list:
    record = lake.read_manifest(data_dir)["imports"][account["import_id"]]
    return record["moved_months"]


def test_rows_that_moved_to_another_month_link_the_two(inbox, data_dir):
    first = jobs(inbox, data_dir, "1,05/11/2003 10:00,\n2,30/11/2003 10:00,\n")
    assert moved(data_dir, first) == []
    rows = "1,05/11/2003 10:00,\n2,01/12/2003 10:00,\n3,01/01/2004 10:00,\n"
    second = jobs(inbox, data_dir, rows, later=1)
    assert (second["duplicates"], second["superseded"]) == (1, 1)
    assert moved(data_dir, second) == [["2003-12", "2003-11"]]
    assert "moved_months" not in second
    # each pair once, in order, with every edition that is held
    rows = "2,01/01/2004 10:00,\n3,05/11/2003 10:00,\n1,06/11/2003 10:00,\n"
    third = jobs(inbox, data_dir, rows, later=2)
    assert moved(data_dir, third) == [
        ["2003-11", "2004-01"],
        ["2004-01", "2003-11"],
        ["2004-01", "2003-12"],
    ]


def test_a_withdrawn_import_may_come_back_and_a_replaced_one_does_not(inbox, data_dir):
    first = jobs(inbox, data_dir, "1,05/11/2003 10:00,\n")
    lake.withdraw(data_dir, first["import_id"], "was cut short")
    second = jobs(inbox, data_dir, "1,05/12/2003 10:00,\n", later=1)
    # its rows are not counted as duplicates or superseded
    assert (second["duplicates"], second["superseded"]) == (0, 0)
    assert moved(data_dir, second) == [["2003-12", "2003-11"]]
    path = save(inbox, HEADER + "9,05/11/2003 10:00,\n", "again.csv")
    take(path, "jobs", data_dir)
    save_mapping(data_dir, JOBS.replace("%d/%m/%Y", "%m/%d/%Y"))
    mended = take(path, "jobs", data_dir)
    assert moved(data_dir, mended) == []


def test_the_file_s_own_repeats_link_nothing(inbox, data_dir):
    account = jobs(
        inbox,
        data_dir,
        "1,05/11/2003 10:00,\n1,05/12/2003 10:00,\n2,05/11/2003 10:00,\n",
    )
    assert account["reasons"] == {"key_repeated": 2}
    assert moved(data_dir, account) == []


def without_lake_column(data_dir, name: str) -> None:
    """Rewrite every file of the lake as if the contract had lacked a column."""
    for file in (data_dir / "lake").rglob("*.parquet"):
        other = file.with_suffix(".older")
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (select * exclude ({name}) from read_parquet('{file}', "
                f"hive_partitioning = false)) to '{other}' (format parquet)"
            )
        other.replace(file)


def test_a_contract_may_have_grown_since_the_lake_was_filled(inbox, data_dir):
    content = canonical("incidents", {}, {"first_unit_crew_size": "2"})
    take(save(inbox, content), "canonical_incidents", data_dir)
    without_lake_column(data_dir, "first_unit_crew_size")
    again = take(
        save(inbox, content + "\n"),
        "canonical_incidents",
        data_dir,
        extracted_at=MADE_AT + timedelta(days=1),
    )
    # a column that the older file lacks counts as empty in it
    assert (again["duplicates"], again["accepted"], again["superseded"]) == (1, 1, 1)


def test_days_after_the_export_was_made_cannot_be_covered(inbox, data_dir):
    path = save(inbox, JOB_ROWS)
    before = everything(data_dir)
    made = datetime.fromisoformat("2003-11-20T03:00:00+00:00")
    for last in (date(2003, 11, 20), date(2003, 11, 30)):
        with pytest.raises(UserError) as caught:
            covers = (date(2003, 11, 1), last)
            take(path, "jobs", data_dir, extracted_at=made, covers=covers)
        message = str(caught.value)
        assert "made at 2003-11-20 03:00" in message
        assert "the last day that it can cover is 2003-11-19" in message
        assert "--covers" in message
        assert "\n" not in message
    assert everything(data_dir) == before
    covers = (date(2003, 11, 1), date(2003, 11, 19))
    account = take(path, "jobs", data_dir, extracted_at=made, covers=covers)
    assert account["covers_to"] == "2003-11-19"


def test_midnight_ends_the_day_before(inbox, data_dir):
    made = datetime.fromisoformat("2003-12-01T00:00:00+00:00")
    covers = (date(2003, 11, 1), date(2003, 11, 30))
    path = save(inbox, JOB_ROWS)
    account = take(path, "jobs", data_dir, extracted_at=made, covers=covers)
    assert account["covers_to"] == "2003-11-30"


def test_a_name_may_not_cover_days_to_come(inbox, data_dir):
    name = "incidents_2004-03-01_to_2004-03-31_extracted_2004-03-15T0200.csv"
    path = save(inbox, canonical("incidents", {}), name)
    with pytest.raises(UserError, match="last day that it can cover is 2004-03-14"):
        take(path, "canonical_incidents", data_dir, extracted_at=None)


def test_a_file_of_present_areas_without_a_row_covers_none(inbox, data_dir):
    text = JOBS.replace("[columns]", '[covers]\nareas = "present"\n[columns]')
    save_mapping(
        data_dir, text + '[[filters]]\nreason = "all"\ndrop = "true"\n', "site"
    )
    covers = (date(2003, 11, 1), date(2003, 11, 30))
    account = take(save(inbox, JOB_ROWS), "site", data_dir, covers=covers)
    record = lake.read_manifest(data_dir)["imports"][account["import_id"]]
    assert (record["months"], record["covers_areas"]) == ([], [])
