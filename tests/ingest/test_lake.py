"""The lake's manifest, its lock, and what a reader sees while it is written."""

import json
import subprocess
import sys
import threading

import pytest

from kpis.errors import UserError
from kpis.ingest import lake
from tests.exports import JOB_ROWS, JOBS, PROJECT, save, save_mapping, take

NOTHING = {"imports": {}, "events": [], "retention": []}


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


def event(import_id: str, what: str) -> dict:
    return {"import_id": import_id, "what": what, "why": f"{what}!", "at": "2004"}


def test_states_follow_from_the_events_in_their_order():
    events = [
        event("a", "imported"), event("b", "imported"), event("b", "withdrawn"),
        event("c", "imported"), event("c", "withdrawn"), event("c", "restored"),
        event("d", "imported"), event("d", "replaced"),
    ]  # fmt: skip
    states = lake.states({"imports": {}, "events": events})
    assert {name: one["state"] for name, one in states.items()} == {
        "a": "current",
        "b": "withdrawn",
        "c": "current",
        "d": "replaced",
    }
    assert states["b"]["why"] == "withdrawn!"


def test_current_imports_come_in_the_order_of_their_editions():
    imports = {
        name: {"import_id": name, "source": source, "extracted_at": made_at}
        for name, source, made_at in (
            ("b", "calls", "2004"), ("a", "calls", "2004"), ("z", "calls", "2003"),
            ("i", "incidents", "2002"), ("w", "calls", "2001"),
        )
    }  # fmt: skip
    events = [event(name, "imported") for name in imports] + [event("w", "withdrawn")]
    manifest = {"imports": imports, "events": events}
    names = [one["import_id"] for one in lake.current(manifest)]
    assert names == ["i", "z", "a", "b"]
    names = [one["import_id"] for one in lake.current(manifest, "calls")]
    assert names == ["z", "a", "b"]


def test_withdrawing_what_does_not_count_is_refused(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    import_id = take(save(inbox, JOB_ROWS), "jobs", data_dir)["import_id"]
    with pytest.raises(UserError, match="is current, not withdrawn"):
        lake.restore(data_dir, import_id)
    with pytest.raises(UserError, match="Say why"):
        lake.withdraw(data_dir, import_id, " ")
    lake.withdraw(data_dir, import_id, "wrong")
    with pytest.raises(UserError, match="is withdrawn, not current"):
        lake.withdraw(data_dir, import_id, "again")
    with pytest.raises(UserError, match=f"Did you mean '{import_id}'"):
        lake.withdraw(data_dir, import_id[:-1] + "x", "wrong")


def test_an_empty_lake_has_no_imports(data_dir):
    assert lake.read_manifest(data_dir) == NOTHING
    assert len(lake.imports(data_dir)) == 0
    assert lake.files(data_dir, []) == []


def test_the_list_of_imports_has_the_account_and_state_of_each(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    account = take(save(inbox, JOB_ROWS + "3,never,\n"), "jobs", data_dir)
    (row,) = lake.imports(data_dir).to_dict("records")
    for name in ("import_id", "file", *lake.COUNTS):
        assert row[name] == account[name]
    assert (row["state"], row["why"]) == ("current", "")


def test_the_manifest_is_replaced_and_never_half_written(data_dir, monkeypatch):
    imports = {"a": {"source": "calls"}}
    events = [event("a", "imported")]
    lake.write_manifest(data_dir, {"imports": imports, "events": events})
    before = lake.read_manifest(data_dir)

    def fails(handle):
        raise OSError("disk full")

    monkeypatch.setattr(lake.os, "fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        lake.write_manifest(data_dir, {"imports": {}, "events": []})
    assert lake.read_manifest(data_dir) == before


def test_an_import_that_ends_half_way_leaves_the_lake_as_it_was(
    inbox, data_dir, monkeypatch
):
    save_mapping(data_dir, JOBS)
    take(save(inbox, JOB_ROWS), "jobs", data_dir)
    before = lake.read_manifest(data_dir)

    def fails(directory, manifest):
        raise KeyboardInterrupt

    path = save(inbox, JOB_ROWS.replace("2,", "3,"))
    with monkeypatch.context() as patch:
        patch.setattr(lake, "write_manifest", fails)
        with pytest.raises(KeyboardInterrupt):
            take(path, "jobs", data_dir)
    assert lake.read_manifest(data_dir) == before
    assert not (data_dir / "temporary").exists()
    # files that were moved but not listed are not in the way
    assert take(path, "jobs", data_dir)["accepted"] == 1


def test_two_writers_wait_for_each_other(data_dir, monkeypatch):
    order = []

    def write(name: str) -> None:
        with lake.writing(data_dir) as temporary:
            (temporary / name).write_text(name)
            order.append(name)
            order.append([path.name for path in temporary.iterdir()])

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(order[0::2]) == ["a", "b"]
    assert order[1::2] == [[name] for name in order[0::2]]


def test_an_import_waits_for_another_writer_and_then_reports_it(data_dir, monkeypatch):
    script = (
        "import sys; from pathlib import Path; from kpis.ingest import lake\n"
        "with lake.writing(Path(sys.argv[1])):\n"
        "    print('locked', flush=True); sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(data_dir)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "locked\n"
        monkeypatch.setattr(lake, "LOCK_SECONDS", 0.2)
        with (
            pytest.raises(UserError, match="has been writing to"),
            lake.writing(data_dir),
        ):
            pass
        assert (data_dir / "temporary").exists()
        other.communicate("\n")
    with lake.writing(data_dir) as temporary:
        assert list(temporary.iterdir()) == []


def test_clearing_a_demo_keeps_files_of_the_user(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    take(save(inbox, JOB_ROWS + "3,never,\n"), "jobs", data_dir)
    with lake.writing(data_dir):
        lake.clear(data_dir)
    assert sorted(path.name for path in data_dir.iterdir()) == ["lock", "mappings"]


def test_the_manifest_is_plain_json(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    account = take(save(inbox, JOB_ROWS), "jobs", data_dir)
    text = (data_dir / "lake" / "manifest.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    manifest = json.loads(text)
    record = manifest["imports"][account["import_id"]]
    assert record["months"] == ["2003-11"]
    (file,) = lake.files(data_dir, [record])
    assert (
        file == data_dir / "lake/incidents/2003-11" / f"{account['import_id']}.parquet"
    )
    assert file.exists()


def kept(months: list[str], covers: tuple, before: str = "2003-06") -> tuple:
    one = {
        "import_id": "a", "source": "calls", "months": months,
        "covers_from": covers[0], "covers_to": covers[1],
    }  # fmt: skip
    manifest = {
        "imports": {"a": one},
        "events": [event("a", "imported")],
        "retention": [
            {"source": "calls", "before": before},
            {"source": "incidents", "before": "2099-01"},
            {"source": "calls", "before": "2001-01"},
        ],
    }
    state = lake.states(manifest)["a"]["state"]
    found = lake.kept_part(manifest, one)
    return state, found["months"], found["covers_from"], found["covers_to"]


def test_what_is_kept_of_an_import_begins_with_the_first_month_kept():
    months = ["2003-05", "2003-06", "2003-07"]
    whole = ("2003-05-01", "2003-07-31")
    assert kept(months, whole) == ("current", months[1:], "2003-06-01", whole[1])
    assert kept(months, whole, "2003-05") == ("current", months, *whole)
    assert kept(months, (None, None)) == ("current", months[1:], None, None)
    # it still says that there was nothing in June and July
    assert kept(months[:1], whole) == ("current", [], "2003-06-01", whole[1])
    assert kept([], whole) == ("current", [], "2003-06-01", whole[1])


@pytest.mark.parametrize("covers", [(None, None), ("2003-05-01", "2003-05-31")])
def test_an_import_with_nothing_kept_is_pruned(covers):
    assert kept(["2003-05"], covers) == ("pruned", [], None, None)


def test_what_a_killed_process_left_is_removed_by_the_next(data_dir):
    left = [
        save(data_dir / "lake", "{", "manifest.json.partial"),
        save(data_dir / "builds", "a", "current.partial"),
        save(data_dir / "temporary" / "staged", "a row", "data.parquet"),
    ]
    with lake.writing(data_dir) as temporary:
        assert [path for path in left if path.exists()] == []
        assert list(temporary.iterdir()) == []


def test_a_full_disk_gets_a_remedy_and_a_bug_does_not(data_dir):
    with pytest.raises(UserError, match="This disk is full"), lake.writing(data_dir):
        raise OSError(28, "No space left on device", "lake/manifest.json.partial")
    with pytest.raises(FileNotFoundError), lake.writing(data_dir):
        raise FileNotFoundError(2, "No such file or directory", "a bug")
    assert not (data_dir / "temporary").exists()
