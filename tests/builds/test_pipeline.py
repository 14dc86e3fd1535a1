"""A build is a pure function of its inputs, and no one sees half of one."""

import shutil
import subprocess
import sys
from contextlib import closing

import pandas as pd
import pytest

from kpis import pipeline, settings
from kpis.builds import cube, store
from kpis.errors import UserError
from kpis.ingest import lake
from kpis.results import opened_build
from tests.tables import Force, cell

ATTENDED, CONFIDENCE = "ops_immediate_attended_in_target", "cust_public_confidence"
MAY = """
    incident_ref | created_at                | first_on_scene_at
    a            | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:05:00+01:00
    b            | 2003-05-06T10:00:00+01:00 | 2003-05-06T10:25:00+01:00
"""
MAY_LATER = """
    incident_ref | created_at                | first_on_scene_at
    b            | 2003-05-06T10:00:00+01:00 | 2003-05-06T10:05:00+01:00
    c            | 2003-05-07T10:00:00+01:00 | 2003-05-07T10:06:00+01:00
"""
CALLS = """
    offered_at                | answered_at
    2003-05-05T10:00:00+01:00 | 2003-05-05T10:00:05+01:00
"""
FIGURES = """
    area_code | period_start_on | period_end_on | value
    MPS       | 2003-04-01      | 2003-06-30    | 0.56
"""
# from one day to the next both standards would be in force on 1 May 2003
OVERLAPPING = """applies_to,area,seconds,valid_from,valid_to,status,source
grade:I,MPS,720,1990-01-01,2003-05-01,local,a test
grade:I,MPS,900,2003-05-01,,local,a test
"""
TABLES = (*cube.CELL_TABLES, "cube.published")


@pytest.fixture
def force(tmp_path) -> Force:
    return Force(tmp_path / "home")


def attended(one: opened_build.Build) -> tuple[float, float]:
    found = cell(one, ATTENDED, "QK", "2003-05")
    return found["numerator"], found["denominator"]


def content(one: opened_build.Build) -> dict[str, pd.DataFrame]:
    """Every row of the cube and of the marts, in an order of its own."""
    names = [*TABLES, "mart_calls", "mart_incidents", "mart_published_figures"]
    return {
        name: one.warehouse.query(f"select * from {name} order by all")
        for name in names
    }


def directories(force: Force) -> list[str]:
    builds = force.data_dir / "builds"
    return sorted(path.name for path in builds.iterdir() if path.is_dir())


def test_without_an_import_there_is_nothing_to_build(force):
    with pytest.raises(UserError, match="no import counts. Import a file first"):
        pipeline.build(force.data_dir)
    assert store.current_id(force.data_dir) is None


def test_the_same_inputs_are_not_built_again(force):
    force.receives("incidents", MAY)
    first = pipeline.build(force.data_dir)
    again = pipeline.build(force.data_dir)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.build == again.build == store.current_id(force.data_dir)
    assert directories(force) == [first.build]


def test_a_full_build_is_made_again_and_says_the_same(force):
    force.receives("incidents", MAY)
    force.receives("calls", CALLS)
    with force.build() as one:
        full = pipeline.build(force.data_dir, is_full=True)
        assert full.is_new
        assert full.build != one.id
        with closing(opened_build.open_build(force.data_dir)) as other:
            assert other.id == full.build
            same_content(one, other)


def same_content(one: opened_build.Build, other: opened_build.Build) -> None:
    expected, found = content(one), content(other)
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(frame, found[name], obj=name)


@pytest.mark.parametrize(
    "change",
    [
        lambda force: force.receives("incidents", MAY_LATER),
        lambda force: own_standards(force, "grade:I,MPS,60,1990-01-01,,local,a test"),
        lambda force: lake.withdraw(force.data_dir, only_import(force), "wrong file"),
    ],
    ids=["an import", "a reference table", "a withdrawal"],
)
def test_a_change_of_the_inputs_is_built(force, change):
    force.receives("incidents", MAY)
    with force.build() as one:
        assert attended(one) == (1, 2)
    change(force)
    with force.build() as other:
        assert other.id != one.id
        assert attended(other) != (1, 2)


def only_import(force: Force) -> str:
    (import_id,) = lake.read_manifest(force.data_dir)["imports"]
    return import_id


def own_standards(force: Force, line: str) -> None:
    own = force.data_dir / "reference"
    own.mkdir()
    header = OVERLAPPING.split("\n")[0]
    (own / "standards.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")


def test_what_is_withdrawn_and_restored_is_as_before(force):
    force.receives("incidents", MAY)
    with force.build() as one:
        before = content(one)
    lake.withdraw(force.data_dir, only_import(force), "wrong file")
    with force.build() as empty:
        assert sum(len(frame) for frame in content(empty).values()) == 0
        assert cell(empty, ATTENDED, "QK", "2003-05")["state"] == "not_measured"
    lake.restore(force.data_dir, only_import(force))
    with force.build() as again:
        found = content(again)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, found[name], obj=name)


def test_the_order_of_imports_does_not_matter(tmp_path):
    editions = [
        ("incidents", MAY, "2003-06-01T03:00"),
        ("incidents", MAY_LATER, "2003-07-01T03:00"),
        ("calls", CALLS, "2003-07-01T03:00"),
        ("published_figures", FIGURES, "2003-07-01T03:00"),
    ]
    made = []
    for name, order in (("one", editions), ("other", editions[::-1])):
        force = Force(tmp_path / name)
        for source, table, extracted in order:
            force.receives(source, table, extracted=extracted)
        made.append(force)
    with made[0].build() as one, made[1].build() as other:
        assert one.id == other.id
        assert attended(one) == (3, 3)
        same_content(one, other)


def test_a_claim_that_does_not_hold_stops_the_build(force, tmp_path):
    """An indicator whose numerator is greater than its denominator is shown nowhere."""
    product = tmp_path / "product"
    for name in ("kpis", "sql", "data"):
        shutil.copytree(settings.SQL.parent / name, product / name)
    force.receives("incidents", MAY)
    with force.build() as one:
        wrong = product / "sql" / "kpis" / f"{ATTENDED}.sql"
        text = wrong.read_text(encoding="utf-8")
        assert "1 as denominator" in text
        wrong.write_text(text.replace("1 as denominator", "0 as denominator"))
        failed = subprocess.run(
            [sys.executable, "-m", "kpis", "build"],
            cwd=product,
            env={"DEMAND_DATA_DIR": str(force.data_dir), "PATH": ""},
            capture_output=True,
            text=True,
        )
        assert "CheckError: numerator_within_denominator does not hold" in failed.stderr
        assert failed.returncode == 1
        assert store.current_id(force.data_dir) == one.id
        assert directories(force) == [one.id]
        assert not (force.data_dir / "temporary").exists()
        assert attended(one) == (1, 2)


def test_overlapping_standards_of_a_force_are_one_paragraph(force):
    force.receives("incidents", MAY)
    own = force.data_dir / "reference"
    own.mkdir()
    (own / "standards.csv").write_text(OVERLAPPING, encoding="utf-8")
    with pytest.raises(UserError, match="standards.csv, line 3, column valid_from"):
        pipeline.build(force.data_dir)
    assert store.current_id(force.data_dir) is None


def test_a_build_reports_its_progress(force):
    force.receives("incidents", MAY)
    reported = []
    pipeline.build(
        force.data_dir, progress=lambda share, step: reported.append((share, step))
    )
    shares = [share for share, _ in reported]
    assert shares == sorted(shares)
    assert [step for _, step in reported if step.startswith("preparing")] == [
        "preparing incidents"
    ]
    assert reported[-1] == (1, "done")


def test_a_build_of_one_source_has_the_others_not_measured(force):
    force.receives("published_figures", FIGURES)
    with force.build() as one:
        assert cell(one, ATTENDED, "MPS", "2003-05")["state"] == "not_measured"
        found = cell(one, CONFIDENCE, "MPS", "2003-04 to 2003-06", "quarter")
        assert (found["state"], found["value"]) == ("reported", 0.56)


def test_the_steps_take_all_of_the_progress():
    assert sum(step.share for step in pipeline.STEPS) == pytest.approx(1)
