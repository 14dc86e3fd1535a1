"""What prune removes, and what it must not; rows that may be kept no longer."""

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from kpis import pipeline
from kpis.__main__ import main
from kpis.builds import pruning, store
from kpis.builds.pruning import Limit
from kpis.errors import UserError
from kpis.ingest import lake
from kpis.results import opened_build
from tests.exports import (
    JOB_ROWS,
    JOBS,
    canonical,
    command,
    everything,
    quarantined,
    save,
    save_mapping,
    take,
)
from tests.tables import Force, cell

ATTENDED = "ops_immediate_attended_in_target"
MAY = """
    incident_ref | created_at                | first_on_scene_at
    a            | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:05:00+01:00
    b            | 2003-05-06T10:00:00+01:00 | 2003-05-06T10:25:00+01:00
"""
MAY_TO_JULY = """
    incident_ref | created_at                | first_on_scene_at
    a            | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:05:00+01:00
    b            | 2003-06-06T10:00:00+01:00 | 2003-06-06T10:25:00+01:00
    c            | 2003-07-07T10:00:00+01:00 | 2003-07-07T10:05:00+01:00
"""
OTHER_MAY = """
    incident_ref | created_at                | first_on_scene_at
    d            | 2003-05-08T10:00:00+01:00 | 2003-05-08T10:05:00+01:00
"""
FROM_JUNE = Limit("incidents", "2003-06", "kept for two years")


def rebuilt(data_dir):
    return pipeline.build(data_dir, is_full=True).build


@pytest.fixture
def force(tmp_path) -> Force:
    return Force(tmp_path / "home")


def builds(data_dir: Path) -> list[int]:
    found = [path.name for path in (data_dir / "builds").iterdir() if path.is_dir()]
    return sorted(int(name.rsplit("-")[-1]) for name in found)


def lake_files(data_dir: Path) -> list[str]:
    found = (data_dir / "lake").rglob("*.parquet")
    return sorted(f"{path.parent.name} {path.stem}" for path in found)


def state(data_dir: Path, import_id: str) -> str:
    return lake.states(lake.read_manifest(data_dir))[import_id]["state"]


def build_often(data_dir: Path, count: int) -> None:
    for _ in range(count):
        pipeline.build(data_dir, is_full=True)


def asked(data_dir: Path, period: str, by: str = "month") -> tuple:
    with closing(opened_build.open_build(data_dir)) as one:
        found = cell(one, ATTENDED, "QK", period, by)
    return found["state"], found["denominator"]


def test_the_newest_builds_stay(force):
    force.receives("incidents", MAY)
    build_often(force.data_dir, 5)
    removal = pruning.prune(force.data_dir, rebuilt)
    assert builds(force.data_dir) == [3, 4, 5]
    assert [path.name[-4:] for path in removal.builds] == ["0001", "0002"]
    pruning.prune(force.data_dir, rebuilt, keep=1)
    assert builds(force.data_dir) == [5]
    assert asked(force.data_dir, "2003-05")[1] == 2
    assert not (force.data_dir / "temporary").exists()


def test_the_current_build_stays_however_old(force):
    force.receives("incidents", MAY)
    first = pipeline.build(force.data_dir).build
    build_often(force.data_dir, 3)
    (force.data_dir / "builds" / "current").write_text(first, encoding="utf-8")
    pruning.prune(force.data_dir, rebuilt, keep=1)
    assert builds(force.data_dir) == [1, 4]
    assert asked(force.data_dir, "2003-05")[1] == 2


def test_the_bytes_of_a_file_that_builds_share_are_freed_with_the_last(tmp_path):
    places = [tmp_path / "builds" / f"b-000{number}" / "part" for number in (1, 2, 3)]
    for place in places:
        save(place.parent, "own", "own")
    places[0].write_bytes(b"x" * 1000)
    for other in places[1:]:
        os.link(places[0], other)
    assert pruning.plan(tmp_path, keep=1).size == 2 * len("own")
    places[2].unlink()
    assert pruning.plan(tmp_path, keep=1).size == 2 * len("own") + 1000


def test_a_dry_run_says_what_the_run_does(force):
    import_id = force.receives("incidents", MAY)["import_id"]
    build_often(force.data_dir, 4)
    lake.withdraw(force.data_dir, import_id, "wrong file")
    build_often(force.data_dir, 1)
    before = everything(force.data_dir)
    planned = pruning.plan(force.data_dir, keep=1)
    assert everything(force.data_dir) == before
    removed = pruning.prune(force.data_dir, rebuilt, keep=1)
    assert planned == removed
    assert (len(removed.builds), len(removed.files)) == (4, 1)
    gone = set(before) - set(everything(force.data_dir))
    assert removed.size == sum(len(before[name]) for name in gone)


def test_a_withdrawn_import_can_be_put_back_while_a_build_that_stays_lists_it(force):
    import_id = force.receives("incidents", MAY)["import_id"]
    pipeline.build(force.data_dir)
    lake.withdraw(force.data_dir, import_id, "wrong file")
    pipeline.build(force.data_dir)
    assert pruning.prune(force.data_dir, rebuilt).files == []
    assert state(force.data_dir, import_id) == "withdrawn"
    lake.restore(force.data_dir, import_id)
    pipeline.build(force.data_dir)
    assert asked(force.data_dir, "2003-05")[1] == 2


def test_a_pruned_import_cannot_be_put_back_but_imported_again(force):
    import_id = force.receives("incidents", MAY)["import_id"]
    pipeline.build(force.data_dir)
    lake.withdraw(force.data_dir, import_id, "wrong file")
    pipeline.build(force.data_dir)
    pruning.prune(force.data_dir, rebuilt, keep=1)
    assert lake_files(force.data_dir) == []
    assert state(force.data_dir, import_id) == "pruned"
    with pytest.raises(UserError, match="deleted .*wrong file.*Import the file again"):
        lake.restore(force.data_dir, import_id)
    force.exports = 0
    again = force.receives("incidents", MAY)
    assert (again["import_id"], again["accepted"]) == (import_id, 2)
    assert pruning.prune(force.data_dir, rebuilt, keep=1).files == []
    pipeline.build(force.data_dir)
    assert asked(force.data_dir, "2003-05")[1] == 2


def test_rows_of_a_changed_mapping_go_with_the_last_build_that_has_them(
    tmp_path, data_dir
):
    save_mapping(data_dir, JOBS)
    path = save(tmp_path / "inbox", JOB_ROWS + "3,never,\n")
    old = take(path, "jobs", data_dir)
    pipeline.build(data_dir)
    save_mapping(data_dir, JOBS.replace('constant = "I"', 'constant = "S"'))
    new = take(path, "jobs", data_dir)
    pipeline.build(data_dir)
    assert pruning.prune(data_dir, rebuilt).files == []
    removal = pruning.prune(data_dir, rebuilt, keep=1)
    assert {file.stem for file in removal.files} == {old["import_id"]}
    assert quarantined(data_dir, old) == []
    assert len(quarantined(data_dir, new)) == 1
    assert state(data_dir, old["import_id"]) == "pruned"
    assert lake_files(data_dir) == [
        f"2003-11 {new['import_id']}",
        f"refused {new['import_id']}",
    ]


def test_files_that_no_import_lists_go_and_a_users_files_stay(force):
    import_id = force.receives("incidents", MAY)["import_id"]
    lost = save(force.data_dir / "lake/calls/2003-05", "", "0123456789ab.parquet")
    other_lost = save(force.data_dir / "quarantine", "", "0123456789ab.csv")
    own = save(force.data_dir / "quarantine", "", "mended by hand.csv")
    removal = pruning.prune(force.data_dir, rebuilt)
    assert removal.files == [lost, other_lost]
    assert not lost.parent.exists()
    assert own.exists()
    assert lake_files(force.data_dir) == [f"2003-05 {import_id}"]


def test_a_lake_whose_manifest_is_lost_is_left_alone(force):
    force.receives("incidents", MAY)
    (force.data_dir / "lake" / "manifest.json").unlink()
    before = everything(force.data_dir)
    with pytest.raises(UserError, match="is missing, but the lake holds rows"):
        pruning.prune(force.data_dir, rebuilt)
    assert everything(force.data_dir) == before


def test_a_prune_that_was_cut_short_is_finished_by_the_next(force, monkeypatch):
    import_id = force.receives("incidents", MAY)["import_id"]
    pipeline.build(force.data_dir)
    lake.withdraw(force.data_dir, import_id, "wrong file")
    pipeline.build(force.data_dir)

    def ends(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", ends)
        with pytest.raises(KeyboardInterrupt):
            pruning.prune(force.data_dir, rebuilt, keep=1)
    assert state(force.data_dir, import_id) == "pruned"
    assert len(pruning.prune(force.data_dir, rebuilt, keep=1).files) == 1
    assert lake_files(force.data_dir) == []


def test_rows_past_their_time_leave_lake_quarantine_and_every_build(tmp_path, data_dir):
    refused = {"created_at": "9 May 2003"}
    months = ["2003-05", "2003-06"]
    rows = [{"created_at": f"{month}-05T10:00:00+01:00"} for month in months]
    text = canonical("incidents", *rows, refused)
    account = take(save(tmp_path / "inbox", text), "canonical_incidents", data_dir)
    assert len(quarantined(data_dir, account)) == 1
    build_often(data_dir, 2)
    pruning.record(data_dir, FROM_JUNE)
    removal = pruning.prune(data_dir, rebuilt)
    assert builds(data_dir) == [3]
    assert removal.new_build == store.current_id(data_dir)
    # the refused row may be of any month: its line and key stay, and nothing else of it
    assert lake_files(data_dir) == [
        f"2003-06 {account['import_id']}",
        f"refused {account['import_id']}",
    ]
    assert quarantined(data_dir, account) == []
    left = list((data_dir / "builds").rglob("month=2003-05/*"))
    assert left == []
    (entry,) = lake.read_manifest(data_dir)["retention"]
    assert entry["why"] == FROM_JUNE.why
    (listed,) = lake.imports(data_dir).to_dict("records")
    assert (listed["covers_from"], listed["accepted"]) == ("2003-06-01", 2)


def test_figures_of_deleted_rows_are_not_measured_and_none_is_smaller(force):
    force.receives("incidents", MAY_TO_JULY, covers="2003-04 to 2003-09")
    pipeline.build(force.data_dir)
    assert asked(force.data_dir, "2003-05") == ("too_few", 1)
    assert asked(force.data_dir, "2003-04 to 2003-06", "quarter") == ("too_few", 2)
    later = asked(force.data_dir, "2003-07 to 2003-09", "quarter")
    pruning.record(force.data_dir, FROM_JUNE)
    pruning.prune(force.data_dir, rebuilt)
    assert asked(force.data_dir, "2003-05")[0] == "not_measured"
    assert asked(force.data_dir, "2003-06") == ("too_few", 1)
    assert asked(force.data_dir, "2003-04 to 2003-06", "quarter")[0] == "not_reliable"
    assert asked(force.data_dir, "2003-07 to 2003-09", "quarter") == later


def test_rows_past_their_time_do_not_come_back(force):
    import_id = force.receives("incidents", MAY)["import_id"]
    pipeline.build(force.data_dir)
    pruning.record(force.data_dir, FROM_JUNE)
    pruning.prune(force.data_dir, rebuilt)
    assert state(force.data_dir, import_id) == "pruned"
    force.exports = 0
    again = force.receives("incidents", MAY)
    assert (again["read"], again["filtered"], again["accepted"]) == (2, 2, 0)
    assert again["reasons"] == {"past_retention": 2}
    force.receives("incidents", OTHER_MAY, covers="2003-05 to 2003-07")
    assert lake_files(force.data_dir) == []
    pipeline.build(force.data_dir)
    assert asked(force.data_dir, "2003-05")[0] == "not_measured"
    assert asked(force.data_dir, "2003-06")[0] == "too_few"
    pruning.prune(force.data_dir, rebuilt)
    assert lake_files(force.data_dir) == []


def test_a_build_that_holds_deleted_rows_is_replaced_by_any_later_prune(force):
    force.receives("incidents", MAY_TO_JULY)
    build_often(force.data_dir, 2)
    # as if the process had been killed here
    pruning.record(force.data_dir, FROM_JUNE)
    assert asked(force.data_dir, "2003-05")[0] == "too_few"
    assert pruning.prune(force.data_dir, rebuilt).new_build
    assert builds(force.data_dir) == [3]
    assert asked(force.data_dir, "2003-05")[0] == "not_measured"
    assert pruning.prune(force.data_dir, rebuilt).new_build == ""


def test_a_limit_is_never_moved_back(force):
    force.receives("incidents", MAY_TO_JULY)
    pruning.record(force.data_dir, FROM_JUNE)
    pruning.record(force.data_dir, Limit("incidents", "2003-01", "a slip"))
    manifest = lake.read_manifest(force.data_dir)
    assert [one["before"] for one in manifest["retention"]] == ["2003-06"]
    pruning.record(force.data_dir, Limit("incidents", "2003-07", "a year on"))
    manifest = lake.read_manifest(force.data_dir)
    assert lake.first_kept(manifest, "incidents") == "2003-07"
    assert lake.first_kept(manifest, "calls") is None


@pytest.mark.parametrize(
    ("limit", "match"),
    [
        (Limit("call", "2003-06", "why"), "Did you mean 'calls'"),
        (Limit("calls", "2003-06", " "), "Say why"),
        (Limit("activity_annual", "2003-06", "old"), "before 2003-04"),
    ],
)
def test_a_limit_that_says_too_little_is_refused(force, limit, match):
    with pytest.raises(UserError, match=match):
        pruning.record(force.data_dir, limit)
    assert not (force.data_dir / "lake").exists()


def test_prune_on_the_command_line(force):
    force.receives("incidents", MAY_TO_JULY)
    build_often(force.data_dir, 2)
    data_dir = force.data_dir
    limit = ("--source", "incidents", "--before", "2003-06", "--why", "two years")
    before = everything(data_dir)
    planned = command("prune", *limit, "--dry-run", data_dir=data_dir).stdout
    assert "2 builds and 1 files would be removed" in planned
    assert everything(data_dir) == before
    done = command("prune", *limit, data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    assert "was made first" in done.stdout
    assert "2 builds and 1 files removed" in done.stdout
    said = done.stdout.splitlines()[-1].split()
    assert int(said[-2].replace(",", "")) > 0


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--keep", "0"), "'0' is not a whole number, 1 or more"),
        (("--source", "calls", "--before", "2003"), "'2003' is not a month"),
        (("--source", "calls"), "say which"),
        (("--source", "calls", "--before", "2003-06"), "Say why"),
    ],
)
def test_prune_asks_for_what_it_needs(data_dir, capsys, words, match):
    try:
        code = main(["prune", *words])
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert match in said.err


def test_imports_are_listed_on_the_command_line(tmp_path, data_dir):
    save_mapping(data_dir, JOBS)
    account = take(save(tmp_path / "inbox", JOB_ROWS + "3,never,\n"), "jobs", data_dir)
    lake.withdraw(data_dir, account["import_id"], "wrong file")
    mended = quarantined(data_dir, account)[0] | {
        "created_at": "2003-11-07T10:00:00+00:00",
        "bocu_code": "QK",
    }
    path = tmp_path / "mended.csv"
    path.write_text(
        f"{','.join(mended)}\n{','.join(map(json.dumps, mended.values()))}\n",
        encoding="utf-8",
    )
    other = take(path, "canonical_incidents", data_dir)
    first, second = json.loads(command("imports", "--json", data_dir=data_dir).stdout)
    for name in ("import_id", "file", "mapping", "covers_to", *lake.COUNTS):
        assert first[name] == account[name], name
    assert (first["state"], first["why"]) == ("withdrawn", "wrong file")
    assert (second["import_id"], second["covers_from"]) == (other["import_id"], None)
    shown = command("imports", data_dir=data_dir).stdout
    assert "withdrawn: wrong file" in shown
    assert f"{other['import_id']}  current    incidents  -  mended.csv" in shown
