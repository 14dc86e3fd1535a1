"""Corrections: importing again, mending, withdrawing, retiring, and repeated keys."""

import csv
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from kpis import pipeline
from kpis.__main__ import main
from kpis.errors import UserError
from kpis.ingest import importer, lake
from kpis.results import opened_build, queries
from tests.exports import (
    JOB_ROWS,
    JOBS,
    MADE_AT,
    adds_up,
    canonical,
    command,
    everything,
    held,
    quarantined,
    save,
    save_mapping,
    take,
    values,
)

LATER = MADE_AT + timedelta(days=1)


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


def state_of(data_dir, account) -> str:
    return lake.states(lake.read_manifest(data_dir))[account["import_id"]]["state"]


def test_the_same_file_again_is_all_duplicates_and_changes_nothing(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS + "3,never,\n")
    first = take(path, "jobs", data_dir)
    before = everything(data_dir)
    again = take(path, "jobs", data_dir)
    assert again["import_id"] == first["import_id"]
    assert (first["is_known"], again["is_known"]) == (False, True)
    assert (again["read"], again["duplicates"], again["accepted"]) == (3, 3, 0)
    assert again["reasons"] == again["flags"] == {}
    assert adds_up(again)
    assert everything(data_dir) == before


def test_the_same_survey_file_is_known_in_another_process(inbox, data_dir):
    path = save(inbox, canonical("survey_responses", {}))
    words = ["import", path, "--mapping", "canonical_survey_responses", "--json"]
    words += ["--extracted-at", "2004-04-01T03:00:00+01:00"]
    # the order of a set of texts differs from one process to another
    for seed, is_known in (("1", False), ("2", True)):
        done = command(*words, data_dir=data_dir, PYTHONHASHSEED=seed)
        assert json.loads(done.stdout)[0]["is_known"] is is_known


def test_the_same_rows_in_another_file_are_duplicates(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    take(save(inbox, JOB_ROWS), "jobs", data_dir)
    more = JOB_ROWS + "3,06/11/2003 09:00,\n"
    account = take(save(inbox, more.replace("Camden", "EK")), "jobs", data_dir)
    assert (account["duplicates"], account["accepted"]) == (2, 1)
    assert account["superseded"] == 0
    assert adds_up(account)


def test_a_newer_edition_supersedes_what_has_changed(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    take(save(inbox, JOB_ROWS), "jobs", data_dir)
    newer = take(
        save(inbox, JOB_ROWS.replace("Brent", "Barnet")),
        "jobs",
        data_dir,
        extracted_at=LATER,
    )
    assert (newer["accepted"], newer["duplicates"], newer["superseded"]) == (1, 1, 1)
    older = take(
        save(inbox, JOB_ROWS.replace("Brent", "Harrow")),
        "jobs",
        data_dir,
        extracted_at=MADE_AT - timedelta(days=1),
    )
    assert (older["accepted"], older["duplicates"], older["superseded"]) == (1, 1, 0)
    assert len(held(data_dir, "incidents")) == 6


def test_an_edition_is_compared_with_the_newest_that_is_held(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    for days, borough, duplicates, superseded in (
        (0, "Brent", 0, 0),
        (2, "Barnet", 1, 1),
        (3, "Barnet", 2, 0),
        (1, "Brent", 1, 0),
    ):
        account = take(
            save(inbox, JOB_ROWS.replace("Brent", borough) + "\n" * days),
            "jobs",
            data_dir,
            extracted_at=MADE_AT + timedelta(days=days),
        )
        found = (account["duplicates"], account["superseded"])
        assert found == (duplicates, superseded)


def test_a_mended_mapping_replaces_its_own_earlier_rows(inbox, data_dir):
    save_mapping(data_dir, JOBS.replace('"Borough"', '"Ward"'))
    path = save(inbox, "Job,Raised,Borough,Ward\n1,05/11/2003 23:58,Camden,x\n")
    first = take(path, "jobs", data_dir)
    assert first["flags"] == {"unknown_code": 1}
    save_mapping(data_dir, JOBS)
    mended = take(path, "jobs", data_dir)
    assert mended["import_id"] != first["import_id"]
    assert (mended["accepted"], mended["superseded"]) == (1, 1)
    assert mended["duplicates"] == mended["flagged"] == 0
    assert state_of(data_dir, first) == "replaced"
    assert values(held(data_dir, "incidents"), "bocu_code") == ["EK"]
    # the mapping as it was before gives the first import back
    save_mapping(data_dir, JOBS.replace('"Borough"', '"Ward"'))
    back = take(path, "jobs", data_dir)
    assert back["import_id"] == first["import_id"]
    assert state_of(data_dir, mended) == "replaced"
    assert values(held(data_dir, "incidents"), "bocu_code") == [None]


def test_a_new_spelling_is_used_when_the_file_is_imported_again(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS.replace("Brent", "Wembley"))
    first = take(path, "jobs", data_dir)
    assert first["flags"] == {"unknown_code": 1}
    save(
        data_dir / "reference", "spelling,bocu_code\nWembley,QK\n", "bocu_spelling.csv"
    )
    again = take(path, "jobs", data_dir)
    assert again["flags"] == {}
    assert again["superseded"] == 2
    assert values(held(data_dir, "incidents"), "bocu_code") == ["EK", "QK"]


def test_another_time_of_extraction_replaces_the_import(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS)
    first = take(path, "jobs", data_dir)
    second = take(path, "jobs", data_dir, extracted_at=LATER)
    assert (second["accepted"], second["superseded"]) == (2, 2)
    assert state_of(data_dir, first) == "replaced"
    rows = held(data_dir, "incidents")
    assert set(rows["extracted_at"]) == {LATER}
    assert len(rows) == 2


def test_what_a_file_covers_can_be_corrected(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS)
    first = take(path, "jobs", data_dir)
    assert (first["covers_from"], first["covers_to"]) == ("2003-11-01", "2003-11-30")
    covers = (date(2003, 11, 5), date(2003, 11, 6))
    second = take(path, "jobs", data_dir, covers=covers)
    assert (second["covers_from"], second["covers_to"]) == ("2003-11-05", "2003-11-06")
    assert state_of(data_dir, first) == "replaced"


def test_a_name_that_says_another_period_is_another_import(inbox, data_dir):
    covers = "[covers]\nfile_name = '(?P<first>.{10})_to_(?P<last>.{10})'\n"
    save_mapping(data_dir, JOBS + covers)
    for last in ("2003-11-30", "2003-12-31"):
        path = save(inbox, JOB_ROWS, f"2003-11-01_to_{last}.csv")
        account = take(path, "jobs", data_dir)
        assert (account["covers_from"], account["covers_to"]) == ("2003-11-01", last)
    assert account["superseded"] == 2
    with pytest.raises(UserError, match="cannot cover 2003-11-01 to 2003-01-01"):
        path = save(inbox, JOB_ROWS, "2003-11-01_to_2003-01-01.csv")
        take(path, "jobs", data_dir)


def test_a_file_made_within_its_month_covers_the_days_before(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    made_at = datetime(2003, 11, 10, 3, tzinfo=UTC)
    account = take(save(inbox, JOB_ROWS), "jobs", data_dir, extracted_at=made_at)
    assert (account["covers_from"], account["covers_to"]) == (
        "2003-11-01",
        "2003-11-09",
    )


def test_withdrawing_leaves_a_file_out_and_can_be_undone(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS)
    account = take(path, "jobs", data_dir)
    before = everything(data_dir / "lake" / "incidents")
    lake.withdraw(data_dir, account["import_id"], "the wrong force")
    assert lake.current(lake.read_manifest(data_dir)) == []
    frame = lake.imports(data_dir)
    assert values(frame, "state", "why") == [("withdrawn", "the wrong force")]
    assert everything(data_dir / "lake" / "incidents") == before
    lake.restore(data_dir, account["import_id"])
    assert state_of(data_dir, account) == "current"
    assert len(held(data_dir, "incidents")) == 2


def test_a_withdrawn_file_counts_again_when_it_is_imported_again(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS)
    first = take(path, "jobs", data_dir)
    lake.withdraw(data_dir, first["import_id"], "by mistake")
    again = take(path, "jobs", data_dir)
    assert again == first
    assert state_of(data_dir, first) == "current"
    assert len(held(data_dir, "incidents")) == 2


def test_only_one_import_of_a_file_can_count(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS)
    first = take(path, "jobs", data_dir)
    lake.withdraw(data_dir, first["import_id"], "wrong mapping")
    save_mapping(data_dir, "# mended\n" + JOBS)
    second = take(path, "jobs", data_dir)
    with pytest.raises(
        UserError, match=f"Import {second['import_id']} of the same file"
    ):
        lake.restore(data_dir, first["import_id"])
    lake.withdraw(data_dir, second["import_id"], "after all")
    lake.restore(data_dir, first["import_id"])
    assert state_of(data_dir, first) == "current"


def test_withdraw_on_the_command_line(inbox, data_dir, capsys):
    save_mapping(data_dir, JOBS)
    account = take(save(inbox, JOB_ROWS), "jobs", data_dir)
    import_id = account["import_id"]
    assert main(["withdraw", import_id]) == 2
    assert capsys.readouterr().err == "Say why the import is withdrawn: --why TEXT.\n"
    wrong = import_id[:-1] + ("0" if import_id[-1] != "0" else "1")
    assert main(["withdraw", wrong, "--why", "x"]) == 2
    assert f"Did you mean '{import_id}'?" in capsys.readouterr().err
    assert state_of(data_dir, account) == "current"
    done = command("withdraw", import_id, "--why", "wrong", data_dir=data_dir)
    assert done.returncode == 0
    assert "2 rows count no more, 0 count again" in done.stdout
    assert "  retired: 1 (import" in done.stdout
    assert state_of(data_dir, account) == "withdrawn"
    assert main(["withdraw", import_id, "--undo"]) == 0
    assert state_of(data_dir, account) == "current"


def mend(path, changes: dict[str, dict]) -> str:
    """Return a quarantine file with some rows corrected, by their key."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [",".join(rows[0])]
    for row in rows:
        row |= changes.get(row["incident_ref"], {})
        lines.append(",".join(f'"{value}"' for value in row.values()))
    return "\n".join(lines) + "\n"


def test_a_mended_quarantine_file_imports_and_its_rows_count(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    content = (
        JOB_ROWS + "3,30/03/2003 01:30,K&C\n4,tomorrow,Brent\n,05/11/2003 10:00,\n"
    )
    account = take(save(inbox, content), "jobs", data_dir)
    assert (account["accepted"], account["quarantined"]) == (2, 3)
    refused = data_dir / "quarantine" / f"{account['import_id']}.csv"
    mended = mend(
        refused,
        {
            "3": {"created_at": "2003-03-30T02:30:00+01:00"},
            "4": {"created_at": "2003-11-07T10:00:00+00:00", "bocu_code": "QK"},
        },
    )
    path = save(inbox, mended, "mended.csv")
    again = take(path, "canonical_incidents", data_dir, extracted_at=LATER)
    assert (again["accepted"], again["reasons"]) == (2, {"missing": 1})
    # the original file covers the days: two rows do not cover a month
    assert (again["covers_from"], again["covers_to"]) == (None, None)
    rows = held(data_dir, "incidents")
    assert values(rows, "incident_ref", "bocu_code") == [
        ("1", "EK"),
        ("2", "QK"),
        ("3", "BS"),
        ("4", "QK"),
    ]
    # columns that the export never had are not measured in mended rows either
    columns = {
        one["import_id"]: sorted(one["columns"])
        for one in lake.read_manifest(data_dir)["imports"].values()
    }
    assert columns[again["import_id"]] == columns[account["import_id"]]


def test_quarantine_says_line_rule_value_and_what_would_be_right(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    content = JOB_ROWS + ',yesterday,"K&C"\n5,06/11/2003 08:15\n'
    account = take(save(inbox, content, "jobs_2003.csv"), "jobs", data_dir)
    first, second = quarantined(data_dir, account)
    assert first == {
        "quarantined_from": "jobs_2003.csv",
        "quarantined_line": "4",
        "byte_offset": "",
        "rules": "missing; not_an_instant",
        "wrong_columns": "incident_ref; created_at",
        "wrong_values": "; yesterday",
        "what_would_be_right": "a value is required; a date and time in the format "
        "that the mapping states",
        "incident_ref": "",
        "created_at": "yesterday",
        "origin": "public",
        "bocu_code": "BS",
        "grade_first": "I",
    }
    assert (second["quarantined_line"], second["rules"]) == ("5", "cannot_be_split")
    assert second["byte_offset"] == str(content.index("5,06"))
    assert second["wrong_values"] == "has 2 columns, the header 3"
    assert second["incident_ref"] == second["created_at"] == ""
    assert account["reasons"] == {
        "missing": 1,
        "not_an_instant": 1,
        "cannot_be_split": 1,
    }


def test_a_reason_counts_rows_not_columns(inbox, data_dir):
    content = canonical("calls", {}, {"line_type": "", "stage": ""}, {"stage": ""})
    account = take(save(inbox, content), "canonical_calls", data_dir)
    assert account["quarantined"] == 2
    assert account["reasons"] == {"missing": 2}


def test_equal_rows_of_one_key_are_duplicates_and_differing_ones_are_refused(
    inbox, data_dir
):
    save_mapping(data_dir, JOBS)
    content = (
        "Job,Raised,Borough\n"
        "1,05/11/2003 10:00,Camden\n"
        "2,05/11/2003 11:00,Brent\n"
        "1,05/11/2003 10:00,EK\n"
        "2,05/11/2003 11:00,Barnet\n"
        "3,05/12/2003 12:00,Brent\n"
        "2,05/11/2003 11:00,Brent\n"
        "4,05/11/2003 12:00,Brent\n"
        "5,05/10/2003 12:00,Brent\n"
        "5,05/10/2003 12:00,\n"
    )
    account = take(save(inbox, content), "jobs", data_dir)
    assert account["read"] == 9
    assert (account["accepted"], account["duplicates"]) == (3, 1)
    assert account["reasons"] == {"key_repeated": 5}
    assert adds_up(account)
    rows = held(data_dir, "incidents")
    assert values(rows, "incident_ref", "line") == [("1", 2), ("3", 6), ("4", 8)]
    refused = quarantined(data_dir, account)
    assert [row["quarantined_line"] for row in refused] == ["3", "5", "7", "9", "10"]
    assert {row["rules"] for row in refused} == {"key_repeated"}
    assert {row["wrong_columns"] for row in refused} == {"incident_ref"}
    # a month without a row has no file
    record = lake.read_manifest(data_dir)["imports"][account["import_id"]]
    assert record["months"] == ["2003-11", "2003-12"]
    # and yet the export holds it: its rows were refused, not left out
    assert record["covers_from"] == "2003-10-01"


def test_the_key_of_published_figures_has_five_columns(inbox, data_dir):
    content = canonical(
        "published_figures",
        *(
            {"source": "Survey", **change}
            for change in (
                {},
                {"area_code": "MPS"},
                {"source": "Other"},
                {"period_end_on": "2004-02-29"},
                {},
                {"area_code": "MPS", "value": "0.6"},
            )
        ),
    )
    account = take(save(inbox, content), "canonical_published_figures", data_dir)
    assert (account["accepted"], account["duplicates"]) == (3, 1)
    assert account["reasons"] == {"key_repeated": 2}


WHOLE = JOBS.replace("[columns]", '[edition]\nreplaces = "period"\n[columns]')


def attended(data_dir) -> dict[str, tuple]:
    """Return denominator and numerator by BOCU in November 2003, as the pages show."""
    pipeline.build(data_dir)
    one = opened_build.open_build(data_dir)
    frame = queries.series(
        one,
        ["ops_immediate_attended_in_target"],
        ["EK", "QK", "MPS"],
        date(2003, 11, 1),
        date(2003, 11, 30),
    )
    return dict(zip(frame["area"], frame["denominator"], strict=True))


@pytest.mark.parametrize("replaces", ["rows", "period"])
def test_an_edition_that_replaces_its_period_retires_absent_rows(
    replaces, inbox, data_dir
):
    text = (WHOLE if replaces == "period" else JOBS) + (
        'first_on_scene_at = { column = "Raised", format = "%d/%m/%Y %H:%M" }\n'
        "units_assigned = { constant = 1 }\n"
    )
    save_mapping(data_dir, text)
    take(save(inbox, JOB_ROWS), "jobs", data_dir)
    assert attended(data_dir) == {"EK": 1, "QK": 1, "MPS": 2}
    shorter = JOB_ROWS.replace("2,06/11/2003 08:15,Brent\n", "")
    newer = take(save(inbox, shorter), "jobs", data_dir, extracted_at=LATER)
    assert (newer["duplicates"], newer["accepted"]) == (1, 0)
    assert attended(data_dir)["MPS"] == (1 if replaces == "period" else 2)
    lake.withdraw(data_dir, newer["import_id"], "was cut short")
    assert attended(data_dir)["MPS"] == 2


def test_the_newest_edition_of_a_key_is_shown_in_any_order(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    for made_at, borough in ((LATER, "Barnet"), (MADE_AT, "Brent")):
        content = f"Job,Raised,Borough\n1,05/11/2003 10:00,{borough}\n"
        take(save(inbox, content), "jobs", data_dir, extracted_at=made_at)
    # rows are in the order of their editions, the newest last
    assert values(held(data_dir, "incidents"), "bocu_code") == ["QK", "SX"]


def test_the_command_line_gives_the_same_account_as_the_engine(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(inbox, JOB_ROWS + "3,never,\n")
    made_at = ["--extracted-at", "2004-04-01T03:00:00+01:00"]
    done = command(
        "import", path, "--mapping", "jobs", *made_at, "--dry-run", "--json",
        data_dir=data_dir,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    (account,) = json.loads(done.stdout)
    assert set(lake.COUNTS) <= set(account)
    for name in (
        "import_id",
        "file",
        "source",
        "mapping",
        "sha256",
        "reasons",
        "error",
    ):
        assert name in account
    made_at = datetime.fromisoformat(made_at[1])
    request = importer.Request(made_at, is_dry_run=True)
    assert importer.import_file(path, "jobs", data_dir, request) == account


def test_only_rows_that_stay_are_counted_as_flagged(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    twice = "8,05/11/2003 10:00,Nowhere\n"
    differing = "9,05/11/2003 10:00,Elsewhere\n9,05/11/2003 11:00,Elsewhere\n"
    content = JOB_ROWS + twice + twice + differing
    account = take(save(inbox, content), "jobs", data_dir)
    assert (account["duplicates"], account["quarantined"]) == (1, 2)
    assert (account["flagged"], account["flags"]) == (1, {"unknown_code": 1})
    (flag,) = account["flagged_values"]
    assert (flag["column_name"], flag["value"]) == ("bocu_code", "Nowhere")
