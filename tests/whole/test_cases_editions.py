"""Cases: what an edition may retire, when a file stops, what an import changes."""

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis import pipeline, preview
from kpis.__main__ import main
from kpis.builds import pruning, store
from kpis.definitions import contracts
from kpis.errors import SourceFileError
from kpis.ingest import current_rows, effects, importer, lake
from kpis.output import import_words
from tests.exports import (
    FACILITIES,
    MADE_AT,
    adds_up,
    canonical,
    everything,
    quarantined,
    save,
    save_mapping,
    take,
)

CASES = Path(__file__).resolve().parent.parent / "cases"
MAPPING = "replaces_nothing"
FOLDER = CASES / "10_replaces_nothing"
OLDER = FOLDER / "jobs_2003-11-01_2003-11-30_made_2003-12-02.csv"
NEWER = FOLDER / "jobs_2003-11-01_2003-11-30_made_2003-12-20.csv"
TEXT = (FOLDER / "replaces_nothing.toml").read_text("utf-8")


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


def jobs(
    data_dir,
    inbox,
    day: int,
    *rows: str,
    text: str = TEXT,
    covers: str = "2003-11-01_2003-11-30",
) -> dict:
    """Import an edition of November made on a day of December; return its account."""
    save_mapping(data_dir, text, MAPPING)
    content = "\n".join(["Id,Raised,Arrived,Kind", *rows]) + "\n"
    path = save(inbox, content, f"jobs_{covers}_made_2003-12-{day:02}.csv")
    return importer.import_file(path, MAPPING, data_dir)


def job(number: int, minutes: int = 8, day: str = "05/11/2003") -> str:
    return f"{number},{day} 10:00,{day} 10:{minutes:02},police"


def unreadable(number: int) -> str:
    """Return a row with a key and without a time."""
    return f"{number},05-11-2003 10:00,,police"


def built(data_dir) -> str:
    """Return where the mart of the current build is."""
    return f"{store.current_id(data_dir)}/marts/incidents"


def counting(data_dir, source: str = "incidents") -> dict[str, int]:
    """Return the current rows: minutes until arrival by reference."""
    imports = lake.current(lake.read_manifest(data_dir), source)
    rows = current_rows.statement(
        contracts.load(source),
        lake.files(data_dir, imports),
        True,
        lake.refused_files(data_dir, [one for one in imports if lake.retires(one)]),
    )
    with duckdb.connect() as connection:
        frame = current_rows.imports_frame(imports)
        connection.register("imports", frame)
        found = connection.sql(
            f"{rows} select incident_ref, "
            "date_diff('minute', created_at, first_on_scene_at) from current_incidents"
        ).fetchall()
    return dict(found)


def test_10_an_edition_of_refused_rows_stops_and_retires_nothing(data_dir):
    save_mapping(data_dir, TEXT, MAPPING)
    first = importer.import_file(OLDER, MAPPING, data_dir)
    assert (first["accepted"], first["retired"]) == (400, 0)
    with pytest.raises(SourceFileError, match="none of 400 rows can be read"):
        importer.import_file(NEWER, MAPPING, data_dir)
    assert len(counting(data_dir)) == 400
    assert list(lake.read_manifest(data_dir)["imports"]) == [first["import_id"]]


def test_a_row_that_the_newer_edition_refused_counts_as_it_was(data_dir, inbox):
    jobs(data_dir, inbox, 2, *map(job, range(1, 6)))
    newer = jobs(data_dir, inbox, 20, job(1), job(2, 9), unreadable(3), job(6))
    assert counting(data_dir) == {"1": 8, "2": 9, "3": 8, "6": 8}
    assert (newer["added"], newer["replaced"], newer["retired"]) == (1, 1, 2)
    assert newer["superseded"] == 1
    assert [(row["line"], row["key"]) for row in newer["retired_rows"]] == [
        (5, {"incident_ref": "4"}),
        (6, {"incident_ref": "5"}),
    ]
    assert newer["months"] == ["2003-11"]
    pipeline.build(data_dir)
    assert len(pd.read_parquet(data_dir / "builds" / built(data_dir))) == 4
    assert adds_up(newer)
    record = lake.read_manifest(data_dir)["imports"][newer["import_id"]]
    retired = lake.retired_file(data_dir, "incidents", newer["import_id"])
    listed = effects.retired_rows(retired)
    assert record["retired"] == len(listed)
    assert [key["incident_ref"] for key in listed["key"]] == ["4", "5"]


@pytest.mark.parametrize(
    "row",
    [",05/11/2003 10:00,,police", "3,05/11/2003 10:00", '3,"05/11/2003 10:00,,police'],
    ids=["no_key", "too_few_columns", "open_quote"],
)
def test_an_edition_with_a_row_that_may_be_any_retires_nothing(data_dir, inbox, row):
    jobs(data_dir, inbox, 2, *map(job, range(1, 6)))
    newer = jobs(data_dir, inbox, 20, job(1), job(2, 9), row)
    assert counting(data_dir) == {"1": 8, "2": 9, "3": 8, "4": 8, "5": 8}
    assert (newer["retired"], newer["unreadable_keys"]) == (0, 1)
    # once its rows can be read it retires what is absent
    mended = jobs(data_dir, inbox, 21, job(1), job(2, 9), job(3))
    assert (mended["retired"], mended["unreadable_keys"]) == (2, 0)
    assert counting(data_dir) == {"1": 8, "2": 9, "3": 8}


def test_rows_that_repeat_a_key_are_held_by_the_edition(data_dir, inbox):
    jobs(data_dir, inbox, 2, job(1), job(2), job(3))
    newer = jobs(data_dir, inbox, 20, job(1), job(2, 9), job(2, 10))
    assert newer["reasons"] == {"key_repeated": 2}
    assert counting(data_dir) == {"1": 8, "2": 8}
    assert newer["retired"] == 1


def test_a_row_that_a_filter_leaves_out_is_retired(data_dir, inbox):
    jobs(data_dir, inbox, 2, job(1), job(2))
    newer = jobs(data_dir, inbox, 20, job(1), job(2).replace("police", "test"))
    assert (newer["filtered"], newer["retired"]) == (1, 1)
    assert counting(data_dir) == {"1": 8}


def test_rows_by_rows_retires_nothing(data_dir, inbox):
    text = TEXT.replace('replaces = "period"\n', "")
    jobs(data_dir, inbox, 2, job(1), job(2), job(3), text=text)
    newer = jobs(data_dir, inbox, 20, job(1), job(2, 9), unreadable(3), text=text)
    assert (newer["retired"], newer["superseded"], newer["replaced"]) == (0, 1, 1)
    assert counting(data_dir) == {"1": 8, "2": 9, "3": 8}


def test_an_edition_retires_in_the_days_that_it_covers(data_dir, inbox):
    jobs(data_dir, inbox, 2, job(1), job(2, day="20/11/2003"))
    newer = jobs(data_dir, inbox, 20, job(3), covers="2003-11-01_2003-11-10")
    assert newer["retired"] == 1
    assert counting(data_dir) == {"2": 8, "3": 8}


AREAS = (
    TEXT.replace("[covers]", '[covers]\nareas = "present"')
    .replace("[columns]", '[columns]\nbocu_code = { column = "Kind" }')
    .split("[[filters]]")[0]
)


def test_an_edition_of_one_area_retires_in_that_area(data_dir, inbox):
    def of(number: int, borough: str) -> str:
        return job(number).replace("police", borough)

    jobs(data_dir, inbox, 2, of(1, "QK"), of(2, "QK"), of(3, "EK"), text=AREAS)
    newer = jobs(data_dir, inbox, 20, of(1, "QK"), unreadable(9), text=AREAS)
    assert newer["retired"] == 1
    assert counting(data_dir) == {"1": 8, "3": 8}


def test_editions_in_either_order_give_the_same_rows(tmp_path, inbox, monkeypatch):
    made = {2: [*map(job, range(1, 6))], 20: [job(1, 9), unreadable(2), job(6)]}
    found = []
    for days in ([2, 20], [20, 2]):
        home = tmp_path / str(days[0])
        monkeypatch.setenv("DEMAND_DATA_DIR", str(home))
        for day in days:
            account = jobs(home, inbox, day, *made[day])
        found.append(counting(home))
        if days[0] == 20:
            # of the older edition only the row that the newer refused counts
            assert (account["added"], account["retired"]) == (1, 0)
    assert found[0] == found[1] == {"1": 9, "2": 8, "6": 8}


def test_withdrawing_an_edition_brings_back_what_it_retired(data_dir, inbox):
    older = jobs(data_dir, inbox, 2, job(1), job(2), job(3))
    before = counting(data_dir)
    newer = jobs(data_dir, inbox, 20, job(1, 9), unreadable(2), job(4))
    after = counting(data_dir)
    assert after == {"1": 9, "2": 8, "4": 8}
    undone = effects.withdraw(data_dir, newer["import_id"], "cut short")
    assert counting(data_dir) == before
    assert (undone.added, undone.replaced, undone.retired) == (1, 1, 1)
    assert [row["key"] for row in undone.retired_rows] == [{"incident_ref": "4"}]
    again = effects.restore(data_dir, newer["import_id"])
    assert counting(data_dir) == after
    assert (again.added, again.replaced, again.retired) == (1, 1, 1)
    gone = effects.withdraw(data_dir, older["import_id"], "wrong force")
    assert (gone.retired, gone.months) == (1, ["2003-11"])
    assert counting(data_dir) == {"1": 9, "4": 8}


def test_a_mended_quarantine_file_of_an_edition_counts(data_dir, inbox):
    jobs(data_dir, inbox, 2, *map(job, range(1, 4)))
    newer = jobs(data_dir, inbox, 20, job(1), unreadable(2))
    assert counting(data_dir) == {"1": 8, "2": 8}
    (row,) = quarantined(data_dir, newer)
    row |= {
        "created_at": "2003-11-05T10:00:00+00:00",
        "first_on_scene_at": "2003-11-05T10:30:00+00:00",
    }
    lines = [",".join(row), ",".join(f'"{value}"' for value in row.values())]
    path = save(inbox, "\n".join(lines) + "\n", "mended.csv")
    mended = take(path, "canonical_incidents", data_dir)
    assert (mended["replaced"], mended["retired"]) == (1, 0)
    assert counting(data_dir) == {"1": 8, "2": 30}


@settings(
    # each imports several files, twice
    max_examples=settings().max_examples // 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    editions=st.lists(
        st.tuples(
            st.lists(st.sampled_from("agr"), min_size=5, max_size=5),
            st.booleans(),
        ),
        min_size=2,
        max_size=3,
    ),
    data=st.data(),
)
def test_any_order_gives_the_same_rows_and_none_that_is_held_vanishes(
    editions, data, tmp_path_factory
):
    """a: absent, g: good, r: refused; the flag says that some row has no key."""
    place = tmp_path_factory.mktemp("orders")
    made = {}
    for day, (fates, has_stray) in enumerate(editions, start=2):
        rows = [job(9, day)]
        rows += [job(n, day) for n, fate in enumerate(fates) if fate == "g"]
        rows += [unreadable(n) for n, fate in enumerate(fates) if fate == "r"]
        made[day] = [*rows, ",05/11/2003 10:00,,police"] if has_stray else rows
    orders = [sorted(made), data.draw(st.permutations(sorted(made)))]
    found = []
    for number, order in enumerate(orders):
        home = place / str(number)
        for day in order:
            before = counting(home)
            account = jobs(home, place, day, *made[day])
            assert changed(before, counting(home)) == (
                account["added"], account["replaced"], account["retired"]
            )  # fmt: skip
        found.append(counting(home))
    assert found[0] == found[1] == expected(editions)


def changed(before: dict[str, int], after: dict[str, int]) -> tuple[int, int, int]:
    """Return how many rows are new, have changed, and count no more."""
    held = before.keys() & after.keys()
    replaced = sum(before[key] != after[key] for key in held)
    return len(after.keys() - held), replaced, len(before.keys() - held)


def expected(editions) -> dict[str, int]:
    """Return which rows count, worked out edition by edition."""
    rows = {}
    for day, (fates, has_stray) in enumerate(editions, start=2):
        rows["9"] = day
        for number, fate in enumerate(fates):
            if fate == "g":
                rows[str(number)] = day
            elif fate == "a" and not has_stray:
                rows.pop(str(number), None)
    return rows


def test_the_areas_that_a_file_covers_can_be_said(data_dir, inbox, capsys):
    path = save(inbox, canonical("incidents", {}, {"bocu_code": "QK"}))
    words = ["import", path, "--mapping", "canonical_incidents"]
    words += ["--extracted-at", "2004-04-01"]
    covered = []
    for areas in ([], ["--areas"], ["--areas", "Brent", "EK"], ["--areas", "QK"]):
        (account,) = asked(capsys, *words, *areas)
        covered.append(account["covers_areas"])
    assert covered == [None, None, ["EK", "QK"], ["QK"]]
    states = lake.imports(data_dir)["state"].tolist()
    assert states == ["replaced"] * 3 + ["current"]
    assert main([*map(str, words), "--areas", "Brnt"]) == 2
    assert "There is no area 'Brnt'. Known: BS, CW" in capsys.readouterr().err


def test_11_a_filter_does_not_hide_that_no_row_can_be_read(data_dir):
    folder = CASES / "11_filter_hides_stop"
    text = (folder / "filter_hides_stop.toml").read_text("utf-8")
    save_mapping(data_dir, text, "jobs")
    with pytest.raises(SourceFileError) as caught:
        importer.import_file(folder / "filter_hides_stop.csv", "jobs", data_dir)
    assert "none of 2 rows can be read as jobs says" in str(caught.value)
    assert "1970" not in str(caught.value)
    assert not (data_dir / "lake").exists()


LAST_ROW = """\
title = "Jobs"
source = "incidents"
time_zone = "Europe/London"
[edition]
last_row = true
[covers]
file_name = '(?P<first>.{10})_to_(?P<last>.{10})'
[columns]
incident_ref = { column = "Id" }
created_at = { column = "Raised", format = "%d/%m/%Y %H:%M" }
origin = { constant = "public" }
grade_first = { constant = "I" }
[[filters]]
reason = "test"
drop = "Kind = 'test'"
"""
TEST_ROW = "3,07/11/2003 12:00,test\n"
HEADER = "Id,Raised,Kind\n"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("1,05-11-2003 10:00,police\n", "none of 1 rows can be read"),
        (",05/11/2003 10:00,police\n", "none of 1 rows can be read"),
        ("1,05/11/2003\n2,x,police\n", "none of 2 rows can be read"),
        ("1,05/11/2003\n", "has 2 columns, the header 3"),
        (
            "1,05/11/2003 10:00,police\n1,05/11/2003 10:01,police\n",
            "the key \\(incident_ref\\) of another row",
        ),
        ("", "all of 1 rows are left out by filters of jobs \\(test: 1\\)"),
    ],
    ids=["no_time", "no_key", "both", "no_columns", "one_key", "only_filtered"],
)
@pytest.mark.parametrize("name", ["export.csv", "2003-11-01_to_2003-11-05.csv"])
def test_a_file_stops_whatever_a_filter_leaves_out(data_dir, inbox, rows, says, name):
    save_mapping(data_dir, LAST_ROW)
    path = save(inbox, HEADER + TEST_ROW + rows, name)
    with pytest.raises(SourceFileError, match=says) as caught:
        importer.import_file(path, "jobs", data_dir)
    assert "1970" not in str(caught.value)
    assert not (data_dir / "lake").exists()


def test_a_file_of_which_only_filtered_rows_are_left_is_made_when_someone_says(
    data_dir, inbox
):
    save_mapping(data_dir, LAST_ROW)
    path = save(inbox, HEADER + TEST_ROW)
    account = take(path, "jobs", data_dir)
    assert (account["read"], account["filtered"], account["accepted"]) == (1, 1, 0)
    assert account["extracted_at"] == MADE_AT.isoformat()


def test_rows_past_their_time_could_be_read(data_dir, inbox):
    save_mapping(data_dir, LAST_ROW)
    pruning.record(data_dir, pruning.Limit("incidents", "2003-12", "two years"))
    rows = "1,05/11/2003 10:00,police\n2,06-12-2003 10:00,police\n"
    account = importer.import_file(
        save(inbox, HEADER + TEST_ROW + rows), "jobs", data_dir
    )
    assert account["reasons"] == {
        "test": 1,
        "past_retention": 1,
        "not_an_instant": 1,
    }
    assert account["extracted_at"].startswith("2003-11-06")


VISITS = "canonical_front_counter_visits"
FACILITY_NEEDED_BY = 4


def warnings_of(account) -> list[str]:
    return import_words.warnings(account)


def test_60_an_import_of_flagged_rows_says_first_which_column_lacks(data_dir, capsys):
    (path,) = (CASES / "60_all_flagged").glob("*.csv")
    assert main(["import", str(path), "--mapping", VISITS]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == (
        f"{path.name}: None of 398 rows has a facility_code that can be used, and "
        f"{FACILITY_NEEDED_BY} indicators need it. Add its codes or spellings to "
        "reference/facility.csv in the data directory, then import the file again."
    )


def test_an_unknown_code_in_some_rows_lacks_nothing(data_dir, inbox):
    save(data_dir / "reference", FACILITIES, "facility.csv")
    content = canonical("front_counter_visits", {}, {"facility_code": "XX9"})
    account = take(save(inbox, content), VISITS, data_dir)
    assert (account["flagged"], account["lacking"]) == (1, [])
    assert warnings_of(account) == []


def test_an_empty_column_lacks_too(data_dir, inbox):
    change = {"first_on_scene_at": ""}
    content = canonical("incidents", change, {**change, "grade_first": "S"})
    account = take(save(inbox, content), "canonical_incidents", data_dir)
    (warning,) = warnings_of(account)
    assert warning.startswith("None of 2 rows has a first_on_scene_at that can be used")
    assert "name its column in the mapping" in warning
    assert account["flagged"] == 0


def test_an_unreadable_column_says_what_would_be_right(data_dir, inbox):
    content = canonical("finance_monthly", {"actual": "12,5"}, {"actual": "9 pounds"})
    account = take(save(inbox, content), "canonical_finance_monthly", data_dir)
    (warning,) = warnings_of(account)
    assert "Right would be a number with the mapping's decimal mark" in warning


def test_a_column_that_no_indicator_needs_is_not_missed(data_dir, inbox):
    content = canonical("incidents", {"nsir_open": ""}, {"nsir_open": ""})
    account = take(save(inbox, content), "canonical_incidents", data_dir)
    assert account["lacking"] == []


def test_every_row_flagged_for_a_rule_is_said_too(data_dir, inbox):
    change = {"closed_at": "2004-03-01T09:00:00+00:00"}
    content = canonical("incidents", change, change)
    account = take(save(inbox, content), "canonical_incidents", data_dir)
    assert account["flagged"] == 2
    assert warnings_of(account)


def edition_of(inbox, *rows: str) -> Path:
    content = "\n".join(["Id,Raised,Arrived,Kind", *rows]) + "\n"
    return save(inbox, content, "jobs_2003-11-01_2003-11-30_made_2003-12-20.csv")


def asked(capsys, *words) -> list[dict]:
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_dry_run_says_what_an_edition_would_change(data_dir, inbox, capsys):
    day = "{:02}/11/2003".format
    jobs(data_dir, inbox, 2, *(job(n, day=day(n)) for n in range(1, 31)))
    pipeline.build(data_dir)
    before = everything(data_dir)
    late = (job(n, 30, day(n)) for n in range(1, 21))
    path = edition_of(inbox, *late, job(99, day=day(30)))
    words = ["import", path, "--mapping", MAPPING, "--dry-run"]
    (account,) = asked(capsys, *words)
    assert (account["added"], account["replaced"], account["retired"]) == (1, 20, 10)
    assert account["months"] == ["2003-11"]
    moves = {(move["kpi"], move["area"]): move for move in account["moves"]}
    moved = moves["ops_immediate_attended_in_target", "MPS"]
    assert (moved["before"], moved["n_before"], moved["n_after"]) == (1.0, 30, 21)
    assert moved["after"] == pytest.approx(1 / 21)
    assert moved["period_start"] == "2003-11-01"
    assert len(account["moves"]) <= 10 and account["moved"] <= account["compared"]
    assert everything(data_dir) == before


def test_what_waits_is_taken_as_it_was_shown_or_left(data_dir, inbox, capsys):
    jobs(data_dir, inbox, 2, *map(job, range(1, 31)))
    first = pipeline.build(data_dir).build
    path = edition_of(inbox, *(job(n, 30) for n in range(1, 21)))
    words = ["import", path, "--mapping", MAPPING, "--hold"]
    (held,) = asked(capsys, *words)
    assert len(counting(data_dir)) == 30
    assert preview.waiting(data_dir) == preview.Waiting([held], True)
    assert main(["leave"]) == 0
    assert preview.waiting(data_dir) is None
    assert len(counting(data_dir)) == 30
    assert main(["take"]) == 2
    assert "No import is waiting" in capsys.readouterr().err
    asked(capsys, *words)
    (taken,) = asked(capsys, "take")
    assert taken == held
    assert len(counting(data_dir)) == 20
    shown = store.current_id(data_dir)
    assert store.number(shown) == store.number(first) + 1
    assert not store.damage(store.directory(data_dir, shown))
    # it is the build that would have been made
    assert pipeline.build(data_dir) == pipeline.Built(shown, False, 2)
    assert len(pd.read_parquet(data_dir / "builds" / built(data_dir))) == 20


def test_taken_it_is_what_an_import_without_a_look_gives(tmp_path, inbox, monkeypatch):
    path = edition_of(inbox, job(1, 30), unreadable(2), job(5))
    homes = [tmp_path / "one", tmp_path / "two"]
    for home, steps in zip(homes, ([[]], [["--hold"], None]), strict=True):
        monkeypatch.setenv("DEMAND_DATA_DIR", str(home))
        jobs(home, inbox, 2, *map(job, range(1, 5)))
        for step in steps:
            words = ["take"] if step is None else ["import", str(path), *step]
            assert (
                main([*words, *([] if step is None else ["--mapping", MAPPING])]) == 0
            )
    found = [
        {
            name: content
            for name, content in everything(home).items()
            if name.startswith(("lake/incidents", "quarantine"))
        }
        for home in homes
    ]
    assert found[0] == found[1]
    records = [lake.read_manifest(home)["imports"] for home in homes]
    assert records[0] == records[1]


@pytest.mark.parametrize("change", ["import", "withdraw", "build"])
def test_what_waits_cannot_be_taken_once_something_else_has_changed(
    data_dir, inbox, capsys, change
):
    first = jobs(data_dir, inbox, 2, *map(job, range(1, 4)))
    words = ["--mapping", MAPPING, "--hold"]
    asked(capsys, "import", edition_of(inbox, job(1, 30)), *words)
    if change == "import":
        jobs(data_dir, inbox, 10, job(7))
    elif change == "withdraw":
        lake.withdraw(data_dir, first["import_id"], "wrong")
    else:
        pipeline.build(data_dir)
    assert not preview.waiting(data_dir).is_current
    assert main(["take"]) == 2
    assert "Something else was imported" in capsys.readouterr().err
    assert preview.waiting(data_dir) is not None


def test_rows_that_are_to_be_deleted_do_not_wait(data_dir, inbox, capsys):
    jobs(data_dir, inbox, 2, job(1))
    words = ["--mapping", MAPPING, "--hold"]
    asked(capsys, "import", edition_of(inbox, job(1, 30)), *words)
    pruning.prune(data_dir, lambda data_dir: "")
    assert not (data_dir / lake.WAITING).exists()


def test_nothing_waits_after_a_file_that_stops_or_is_known(data_dir, inbox, capsys):
    jobs(data_dir, inbox, 20, job(1))
    words = ["--mapping", MAPPING, "--hold", "--json"]
    assert main(["import", str(edition_of(inbox, job(1))), *words]) == 0
    assert main(["import", str(edition_of(inbox, unreadable(1))), *words]) == 2
    assert preview.waiting(data_dir) is None
