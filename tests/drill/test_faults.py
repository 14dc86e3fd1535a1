"""Faults that real machines have: killed, disk full, read-only, two at once, clocks.

Commands run in their own processes and are disturbed for real; only the clock is made
up. Whatever happens, what counted before counts after, and the message has a remedy.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from kpis import limits, pipeline
from kpis.__main__ import COMMANDS, main
from kpis.builds import pruning, store
from kpis.errors import UserError, of_storage
from kpis.ingest import importer, lake
from kpis.results import opened_build, queries
from pages._imports.jobs import BUG, Job, layouts_of
from tests import kills
from tests.exports import (
    JOB_ROWS,
    JOBS,
    PROJECT,
    command,
    everything,
    save,
    save_mapping,
    take,
)
from tests.tables import EXTRACTED, Force, cell, instant

SEED = 2004
STALE = "Imports have changed since this build: run python -m kpis build.\n"
ATTENDED = "ops_immediate_attended_in_target"
MAY = """
    incident_ref | created_at                | first_on_scene_at
    a            | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:05:00+01:00
    b            | 2003-05-06T10:00:00+01:00 | 2003-05-06T10:25:00+01:00
"""
MAY_LATER = """
    incident_ref | created_at                | first_on_scene_at
    c            | 2003-05-07T10:00:00+01:00 | 2003-05-07T10:06:00+01:00
"""
CALLS = """
    offered_at                | answered_at
    2003-05-05T10:00:00+01:00 | 2003-05-05T10:00:05+01:00
"""


def rebuilt(data_dir):
    return pipeline.build(data_dir, is_full=True).build


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory) -> dict[str, kills.Scenario]:
    """The commands to disturb, by name: import, build, prune."""
    return kills.by_name(tmp_path_factory.mktemp("scenarios"))


@pytest.fixture
def force(tmp_path) -> Force:
    return Force(tmp_path / "home")


def is_one_paragraph(text: str) -> bool:
    return "Traceback" not in text and text.count("\n") == 1


# --- killed ---


@pytest.mark.parametrize(("name", "count"), [("import", 2), ("build", 2), ("prune", 1)])
def test_killed_at_any_moment_nothing_is_lost_or_half_done(
    scenarios, tmp_path, name, count
):
    scenario = scenarios[name]
    met = [
        kills.kill(scenario, moment, tmp_path / "data")
        for moment in kills.moments(scenario, count, SEED)
    ]
    assert [one for one in met if one.faults] == []
    # a kill that never hits a write would test nothing
    assert sum(one.was_writing for one in met) >= count // 2


def test_a_lock_left_by_a_killed_process_blocks_no_one(scenarios, tmp_path):
    scenario, data_dir = scenarios["build"], tmp_path / "data"
    shutil.copytree(scenario.start, data_dir)
    running = kills.process("build", data_dir=data_dir)
    kills.wait_until_writing(running, data_dir)
    running.kill()
    running.communicate()
    assert (data_dir / "lock").exists()
    with lake.writing(data_dir) as temporary:
        assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "number"),
    [("import", signal.SIGTERM), ("build", signal.SIGINT), ("build", signal.SIGHUP)],
)
def test_a_command_that_is_stopped_clears_up_and_says_so(
    scenarios, tmp_path, name, number
):
    scenario, data_dir = scenarios[name], tmp_path / "data"
    shutil.copytree(scenario.start, data_dir)
    running = kills.process(*scenario.command, data_dir=data_dir)
    kills.wait_until_writing(running, data_dir)
    time.sleep(0.3 * scenario.seconds)
    running.send_signal(number)
    _, said = running.communicate()
    assert running.returncode == 130, said
    assert said.startswith("Stopped. Nothing is half done")
    assert "Traceback" not in said
    assert not (data_dir / "temporary").exists()
    assert kills.content(data_dir) == scenario.before


# --- names ---


def test_odd_names_of_exports_are_read_or_refused_in_one_paragraph(
    built, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(built))
    export = write_export(Force(tmp_path / "other"), MAY_LATER, "one.csv")
    for name in ("a\nb\x1b[31m.csv", "x" * 251 + ".csv", "--undo", "=1+1.csv", " "):
        path = export.with_name(name)
        path.write_bytes(export.read_bytes() + b"\n")
        assert main(taking(path)) == 0
        said = capsys.readouterr()
        assert (said.err, "\x1b" in said.out) == ("", False)
    last = lake.imports(built)["file"]
    assert "a b [31m.csv" in set(last)
    for name in (os.fsdecode(b"a\xff.csv"), "x" * 300 + ".csv", "gone\n.csv"):
        assert main(taking(export.with_name(name))) == 2
        said = capsys.readouterr()
        assert is_one_paragraph(said.err), said.err
        assert said.out == ""


@pytest.mark.parametrize("words", [("show", ATTENDED), ("build",), ("imports",)])
def test_a_wrong_data_directory_is_one_paragraph_and_changes_nothing(
    tmp_path, capsys, monkeypatch, words
):
    (tmp_path / "a file").write_text("not mine")
    (tmp_path / "here").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.chdir(tmp_path / "here")
    before = sorted(tmp_path.rglob("*"))
    wrong = ("a file", "a file/data", "no parent/data", "x" * 300, "loop")
    for place in ("", " ", "a\nb", *(f"{tmp_path}/{name}" for name in wrong)):
        monkeypatch.setenv("DEMAND_DATA_DIR", place)
        assert main(words) == 2, place
        said = capsys.readouterr().err
        assert is_one_paragraph(said), said
        assert "DEMAND_DATA_DIR" in said or "longer" in said
    assert sorted(tmp_path.rglob("*")) == before


# --- the disk ---


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("import", 0),
        ("import", 2**18),
        ("build", 2**12),
        ("build", 2**19),
    ],
)
def test_nothing_changes_where_a_file_may_not_grow(scenarios, tmp_path, name, most):
    scenario, data_dir = scenarios[name], tmp_path / "data"
    shutil.copytree(scenario.start, data_dir)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    running = kills.process(*scenario.command, data_dir=data_dir, preexec_fn=limit)
    _, said = running.communicate()
    assert running.returncode == 2, said
    assert is_one_paragraph(said), said
    assert "A file would be larger than is allowed here" in said
    assert kills.content(data_dir) == scenario.before
    assert not (data_dir / "temporary").exists()
    assert kills.run_here(scenario.command, data_dir) == 0
    assert kills.content(data_dir) == scenario.after


def in_own_mounts(script: str, *arguments) -> subprocess.CompletedProcess:
    """Run a shell script that may mount file systems for itself alone."""
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-euc", script, "sh"]
        + [str(one) for one in arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def can_mount():
    """Skip where this machine lets no one mount; file size limits work everywhere."""
    done = in_own_mounts("mount -t tmpfs none /mnt")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr}")


FULL_THEN_READ_ONLY = """
export DEMAND_DATA_DIR=/mnt
run() { "$python" -m kpis "$@"; echo "ended with $?"; }
python=$1; start=$2; calls=$3
mount -t tmpfs -o size=48m none /mnt
cp -r "$start/." /mnt
free=$(df --output=avail --block-size=1 /mnt | tail -1)
head -c $((free - 300000)) /dev/zero > /mnt/filler
set +e
run import "$calls" --mapping canonical_calls
ls /mnt
run build --full
mount -o remount,ro /mnt
run build --full
run show ops_immediate_attended_in_target
"""


@pytest.mark.usefixtures("can_mount")
def test_a_full_disk_and_a_read_only_one(scenarios):
    scenario = scenarios["import"]
    done = in_own_mounts(
        FULL_THEN_READ_ONLY, sys.executable, scenario.start, scenario.command[1]
    )
    ended = [line for line in done.stdout.splitlines() if line.startswith("ended")]
    codes = [int(line.split()[-1]) for line in ended]
    assert codes == [2, 2, 2, 0], done.stdout + done.stderr
    full, full_too, read_only = done.stderr.splitlines()
    assert "This disk is full. Make room" in full
    assert "This disk is full. Make room" in full_too
    assert "Nothing can be written there" in read_only
    assert "temporary" not in done.stdout.split("ended")[1].split()
    assert "MPS" in done.stdout.split("ended")[3]


ACROSS_DISKS = """
python=$1; start=$2; export DEMAND_DATA_DIR=$3
for part in builds lake; do
    cp -r "$start" "$DEMAND_DATA_DIR"
    mount -t tmpfs none /mnt
    cp -r "$start/$part/." /mnt
    rm -r "$DEMAND_DATA_DIR/$part"
    ln -s /mnt "$DEMAND_DATA_DIR/$part"
    "$python" -m kpis build --full || echo "ended with $?"
    ls "$DEMAND_DATA_DIR/"
    umount /mnt
    rm -r "$DEMAND_DATA_DIR"
done
"""


@pytest.mark.usefixtures("can_mount")
def test_a_data_directory_on_two_disks_is_refused_before_any_work(
    small_build, tmp_path
):
    done = in_own_mounts(ACROSS_DISKS, sys.executable, small_build, tmp_path / "data")
    assert done.stdout.count("ended with 2") == 2, done.stdout + done.stderr
    for part, said in zip(("builds", "lake"), done.stderr.splitlines(), strict=True):
        assert f"{tmp_path / 'data' / part} is on another disk than" in said
    assert "temporary" not in done.stdout


def test_a_part_of_the_data_directory_that_leads_nowhere_is_refused(built):
    shutil.rmtree(built / "builds")
    (built / "builds").symlink_to(built.parent / "not mounted")
    with pytest.raises(UserError, match="not mounted, which is not there"):
        pipeline.build(built)


def run_without_write_access(*arguments: str, data_dir: Path) -> tuple[int, str, str]:
    """Run a command without root's right to write against a file's mode."""
    rights = "-dac_override,-dac_read_search"
    prefix = ("setpriv", f"--bounding-set={rights}") if os.geteuid() == 0 else ()
    running = kills.process(*arguments, data_dir=data_dir, prefix=prefix)
    printed, said = running.communicate()
    return running.returncode, printed, said


def test_a_read_only_directory_is_read_and_not_written(scenarios, tmp_path):
    scenario, data_dir = scenarios["build"], tmp_path / "data"
    shutil.copytree(scenario.start, data_dir)
    places = [data_dir, *data_dir.rglob("*")]
    for path in places:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = everything(data_dir)
    try:
        for words in (scenarios["import"].command, ("build",)):
            code, printed, said = run_without_write_access(*words, data_dir=data_dir)
            assert (code, printed) == (2, ""), said
            assert is_one_paragraph(said), said
            assert "This user may not do that" in said
        code, printed, said = run_without_write_access(
            "show", ATTENDED, data_dir=data_dir
        )
        assert (code, said) == (0, STALE)
        assert printed.startswith("MPS")
    finally:
        for path in places:
            path.chmod(0o755)
    assert everything(data_dir) == before


@pytest.mark.parametrize(
    ("error", "match"),
    [
        (OSError(28, "No space left on device", "/x"), "device: '/x')"),
        (OSError(122, "Disk quota exceeded"), "This disk is full"),
        (OSError(27, "File too large"), "ulimit"),
        (OSError(30, "Read-only file system"), "DEMAND_DATA_DIR"),
        (PermissionError(13, "Permission denied"), "right to it"),
        (FileNotFoundError(2, "No such file or directory"), None),
        (ValueError("a bug of ours"), None),
    ],
)
def test_only_disk_errors_get_a_remedy(error, match):
    told = of_storage(error)
    assert told is None if match is None else match in str(told)


def test_a_value_that_reads_like_a_disk_error_is_not_one(data_dir):
    """Only DuckDB's own system errors are looked at."""
    from kpis import warehouse

    house = warehouse.writer(data_dir / "spill")
    with closing(house), pytest.raises(warehouse.StatementError):
        house.run("select 'No space left on device'::integer")


# --- damage ---


@pytest.fixture(scope="module")
def small_build(tmp_path_factory) -> Path:
    """A data directory with two incidents and their build."""
    force = Force(tmp_path_factory.mktemp("small") / "home")
    force.receives("incidents", MAY)
    pipeline.build(force.data_dir)
    return force.data_dir


@pytest.fixture
def built(small_build, tmp_path) -> Path:
    shutil.copytree(small_build, tmp_path / "data")
    return tmp_path / "data"


def counted(data_dir: Path) -> dict:
    """Return what a build shows, without when an indicator was counted so first."""
    return {k: v for k, v in kills.cells(data_dir).items() if k != "kpi_texts"}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: min(5000, path.stat().st_size // 2)])


def overwrite(path: Path) -> None:
    """Change bytes in the middle of a file, which keeps its size."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size * 2 // 3)
        file.write(b"damaged " * 50)


@pytest.mark.parametrize(
    ("harm", "pattern"),
    [
        (cut, "cube.duckdb"),
        (cut, "marts/incidents/*/rows.parquet"),
        (cut, "files.json"),
        (overwrite, "cells/2003.duckdb"),
    ],
)
def test_a_damaged_build_says_what_to_run_and_build_makes_it_again(
    built, harm, pattern
):
    (place,) = store.by_number(built).values()
    before = counted(built)
    for file in place.glob(pattern):
        harm(file)
    # where the damage does not matter to a page, the page is right
    try:
        assert counted(built) == before
    except UserError as error:
        assert "python -m kpis build" in str(error)
        assert "\n" not in str(error)
    assert store.damage(place)
    made = pipeline.build(built)
    assert made.is_new
    assert counted(built) == before
    assert not pipeline.build(built).is_new


def test_a_damaged_name_of_the_build_in_use_is_no_build(built):
    (place,) = store.by_number(built).values()
    (built / "builds" / "own-notes").mkdir()
    for name in ("", "\0\0\0\0", "gone-0007", "../../lake", "own-notes"):
        (built / "builds" / "current").write_text(name)
        assert store.current_id(built) is None
        assert store.newest_readable(built) == place
        assert store.next_number(built) == 2


def lose(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_text("{}")


def without_an_import(path: Path) -> None:
    """Leave events whose import is not listed."""
    path.write_text(json.dumps({**json.loads(path.read_text()), "imports": {}}))


@pytest.mark.parametrize("harm", [lose, cut, empty, without_an_import])
def test_without_its_manifest_nothing_is_done_and_the_remedy_works(
    built, harm, monkeypatch, capsys
):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(built))
    lake.withdraw(built, *lake.read_manifest(built)["imports"], "wrong file")
    manifest, before = built / "lake" / "manifest.json", everything(built)
    harm(manifest)
    damaged = everything(built)
    export = built / "incidents_1.csv"
    for words in (taking(export), ("build",), ("imports",), ("prune",), ("prepare",)):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert str(manifest) in said
    assert everything(built) == damaged
    remedy = said.split("Put it back: ")[1].split(". Then")[0]
    subprocess.run(remedy, shell=True, check=True)
    assert everything(built) == before
    manifest.unlink()
    (manifest.parent / lake.COPY).unlink()
    with pytest.raises(UserError, match="Restore it from a backup"):
        lake.read_manifest(built)


# --- files that take too much ---

TAKES_TOO_MUCH = """
import signal, sys
from kpis import limits
limits.apply("layouts")
assert signal.alarm(0) > 100
if sys.argv[1] == "memory":
    bytearray(limits.MEMORY_BYTES)
while True:
    pass
"""


@pytest.mark.parametrize("what", ["memory", "time"])
def test_a_process_that_reads_an_upload_ends_at_its_limits(what):
    def one_second():
        resource.setrlimit(resource.RLIMIT_CPU, (1, 6))

    done = subprocess.run(
        [sys.executable, "-c", TAKES_TOO_MUCH, what],
        cwd=PROJECT,
        env={**os.environ, limits.LIMITED: "1"},
        preexec_fn=one_second if what == "time" else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if what == "time":
        assert f"more {what} than" in limits.problem(done.returncode)
    else:
        assert done.stderr.rstrip().endswith("MemoryError")


def test_on_the_command_line_there_are_no_such_limits():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    limits.apply("layouts")
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_what_the_user_reads_when_a_limit_is_met(monkeypatch, capsys):
    def too_much(options):
        raise MemoryError

    monkeypatch.setitem(COMMANDS, "layouts", too_much)
    assert main(["layouts", "x.csv"]) == 2
    said = capsys.readouterr().err
    assert is_one_paragraph(said)
    assert "more memory than" in said
    killed = Job([])
    killed._finish(["layouts", "x.csv"], -signal.SIGKILL, "", "")
    assert "more memory or time than" in killed.error
    failed = Job([])
    failed._finish(["layouts", "x.csv"], 1, "", "Traceback ...")
    assert failed.error == BUG


def test_layouts_that_fit_are_found_in_a_process_of_its_own(built, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(built))
    before = everything(built)
    fits, problem = layouts_of(built / "incidents_1.csv")
    assert (fits, problem) == (["canonical_incidents"], "")
    assert everything(built) == before


# --- two at once ---


def test_imports_and_a_build_at_once_follow_each_other(force):
    force.receives("calls", CALLS)
    (force.data_dir / "calls_1.csv").rename(force.data_dir / "first.csv")
    made = {
        "one": write_export(force, MAY, "one.csv"),
        "other": write_export(force, MAY_LATER, "other.csv"),
    }
    running = [
        kills.process(*words, data_dir=force.data_dir)
        for words in (
            taking(made["one"]), taking(made["other"]), taking(made["one"]), ("build",),
        )
    ]  # fmt: skip
    said = [one.communicate() for one in running]
    assert [one.returncode for one in running] == [0] * 4, said
    once, again = said[0][0], said[2][0]
    assert sorted("2 accepted" in text for text in (once, again)) == [False, True]
    assert sorted("2 duplicates" in text for text in (once, again)) == [False, True]
    manifest = lake.read_manifest(force.data_dir)
    assert [event["what"] for event in manifest["events"]] == ["imported"] * 3
    with force.build() as one:
        found = cell(one, ATTENDED, "QK", "2003-05")
        assert (found["numerator"], found["denominator"]) == (2, 3)


def write_export(force: Force, table: str, name: str) -> Path:
    """Return an export of a table that has not been imported."""
    other = Force(force.data_dir / "exports" / name)
    other.receives("incidents", table)
    return other.data_dir / "incidents_1.csv"


def taking(path: Path) -> tuple[str, ...]:
    made_at = instant(EXTRACTED).isoformat()
    words = ("--mapping", "canonical_incidents", "--extracted-at", made_at)
    return ("import", str(path), *words)


def test_an_import_while_a_build_runs_is_in_the_next_build(scenarios, tmp_path):
    scenario, data_dir = scenarios["build"], tmp_path / "data"
    shutil.copytree(scenario.start, data_dir)
    save_mapping(data_dir, JOBS)
    path = save(tmp_path, JOB_ROWS)
    building = kills.process("build", data_dir=data_dir)
    kills.wait_until_writing(building, data_dir)
    account = take(path, "jobs", data_dir)
    assert building.poll() is not None or building.wait() == 0
    building.communicate()
    assert account["accepted"] == 2
    assert kills.cells(data_dir) == scenario.after["cells"]
    pipeline.build(data_dir)
    with closing(opened_build.open_build(data_dir)) as one:
        assert account["import_id"] in {each.import_id for each in one.imports}


# --- readers ---


def rows_of_may(one: opened_build.Build) -> int:
    return len(queries.rows(one, ATTENDED, "QK", date(2003, 5, 1), date(2003, 5, 31)))


def attended(one: opened_build.Build) -> int:
    return int(cell(one, ATTENDED, "QK", "2003-05")["denominator"])


def test_a_reader_keeps_its_build_while_the_next_is_made(force):
    force.receives("incidents", MAY)
    pipeline.build(force.data_dir)
    with closing(opened_build.open_build(force.data_dir)) as old:
        force.receives("incidents", MAY_LATER)
        seen, is_over = set(), threading.Event()

        def read():
            while not is_over.is_set():
                seen.add((attended(old), rows_of_may(old)))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            done = command("build", data_dir=force.data_dir)
        finally:
            is_over.set()
            reader.join()
        assert done.returncode == 0, done.stderr
        assert seen == {(2, 2)}
        assert (attended(old), rows_of_may(old)) == (2, 2)
        with closing(opened_build.open_build(force.data_dir)) as new:
            assert (attended(new), rows_of_may(new)) == (3, 3)


def test_a_reader_of_a_pruned_build_is_asked_to_load_again(force):
    force.receives("incidents", MAY)
    pipeline.build(force.data_dir)
    with closing(opened_build.open_build(force.data_dir)) as old:
        wrong = force.receives("incidents", MAY_LATER)["import_id"]
        pipeline.build(force.data_dir)
        lake.withdraw(force.data_dir, wrong, "wrong file")
        pipeline.build(force.data_dir)
        # by default recent builds stay
        pruning.prune(force.data_dir, rebuilt)
        assert (attended(old), rows_of_may(old)) == (2, 2)
        pruning.prune(force.data_dir, rebuilt, keep=1)
        assert attended(old) == 2
        with pytest.raises(UserError, match="a newer build has replaced it"):
            rows_of_may(old)
        with pytest.raises(UserError, match="a newer build has replaced it"):
            opened_build.open_build(force.data_dir, old.id)
        with closing(opened_build.open_build(force.data_dir)) as new:
            assert rows_of_may(new) == 2


# --- the clock ---


class Jumping(datetime):
    """A clock that goes back a day each time it is asked."""

    asked = 0

    @classmethod
    def now(cls, tz=None):
        """Return a time before the one returned last."""
        cls.asked += 1
        return datetime(2004, 1, 1, tzinfo=tz) - timedelta(days=cls.asked)


def a_life(data_dir: Path) -> dict:
    """Import, correct, withdraw, restore, build and prune; return what counts."""
    force = Force(data_dir)
    first = force.receives("incidents", MAY)["import_id"]
    pipeline.build(data_dir)
    other = force.receives("incidents", MAY_LATER)["import_id"]
    lake.withdraw(data_dir, first, "wrong file")
    pipeline.build(data_dir)
    lake.restore(data_dir, first)
    lake.withdraw(data_dir, other, "wrong file")
    pipeline.build(data_dir)
    pruning.record(data_dir, pruning.Limit("calls", "2003-01", "old"))
    pruning.prune(data_dir, rebuilt, keep=1)
    manifest = lake.read_manifest(data_dir)
    events = [(one["import_id"], one["what"]) for one in manifest["events"]]
    return {
        "events": events,
        "build": store.current_id(data_dir),
        **kills.content(data_dir),
    }


def test_a_clock_that_runs_backwards_changes_nothing(tmp_path, monkeypatch):
    usual = a_life(tmp_path / "usual")
    for module in (lake, pruning, importer):
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", Jumping)
    assert a_life(tmp_path / "jumping") == usual
    assert Jumping.asked > 5
    times = [one["at"] for one in lake.read_manifest(tmp_path / "jumping")["events"]]
    assert times == sorted(times, reverse=True)
