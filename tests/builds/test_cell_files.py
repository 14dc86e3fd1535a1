"""Cells lie in a file for each financial year, and an unchanged one is linked."""

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from kpis import checking, pipeline
from kpis.builds import cube, store
from kpis.definitions import indicators
from kpis.ingest import lake
from kpis.results import opened_build
from tests.tables import Force, cell

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
HEADER = "incident_ref | created_at | first_on_scene_at"
LATER = "2006-01-01T03:00"


def incidents(*days: str, minutes: int = 5) -> str:
    """One incident a day, reached after some minutes."""
    rows = [
        f"{day} | {day}T10:00:00+01:00 | {day}T10:{minutes:02}:00+01:00" for day in days
    ]
    return "\n".join([HEADER, *rows])


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Force:
    """Three financial years: 2002, 2003 and 2004."""
    made = Force(tmp_path_factory.mktemp("built") / "home")
    first = incidents("2003-03-31", "2003-04-01")
    made.receives("incidents", first, extracted="2004-01-01T03:00")
    made.receives("incidents", incidents("2004-05-05"), extracted="2005-01-01T03:00")
    pipeline.build(made.data_dir)
    return made


@pytest.fixture
def force(built, tmp_path) -> Force:
    return built.copy(tmp_path / "home")


def files(force: Force) -> dict[str, Path]:
    now = store.current_id(force.data_dir)
    return store.cells(store.directory(force.data_dir, now))


def inodes(force: Force) -> dict[str, int]:
    return {year: path.stat().st_ino for year, path in files(force).items()}


def rewritten(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """Which years of a build are not the same file as before, apart from the whole."""
    return {year for year in after if before.get(year) != after[year]} - {"all"}


def content(force: Force) -> dict[str, pd.DataFrame]:
    with closing(opened_build.open_build(force.data_dir)) as one:
        return {
            table: one.warehouse.query(f"select * from {table} order by all")
            for table in (*cube.CELL_TABLES, "cube.published")
        }


def equals_a_full_build(force: Force) -> None:
    stepwise = content(force)
    pipeline.build(force.data_dir, is_full=True)
    for table, expected in content(force).items():
        pd.testing.assert_frame_equal(stepwise[table], expected, obj=table)


def test_a_year_has_a_file_and_an_unchanged_one_is_the_same_in_the_next_build(force):
    before = inodes(force)
    assert list(before) == ["2002", "2003", "2004", "all"]
    force.receives("calls", "offered_at\n2004-06-01T12:00:00Z", extracted=LATER)
    pipeline.build(force.data_dir)
    assert rewritten(before, inodes(force)) == {"2004"}
    assert checking.check(force.data_dir, force.data_dir).faults == []
    equals_a_full_build(force)


def test_a_full_build_links_nothing(force):
    before = inodes(force)
    pipeline.build(force.data_dir, is_full=True)
    assert rewritten(before, inodes(force)) == {"2002", "2003", "2004"}


def test_a_file_that_cannot_be_linked_is_copied(force, monkeypatch):
    def no_links(source, target):
        raise OSError("no links here")

    before = inodes(force)
    monkeypatch.setattr(store.os, "link", no_links)
    force.receives("incidents", incidents("2004-06-05"), extracted=LATER)
    pipeline.build(force.data_dir)
    assert rewritten(before, inodes(force)) == {"2002", "2003", "2004"}
    equals_a_full_build(force)


@pytest.mark.parametrize(
    ("day", "years"),
    [
        ("2003-03-31", {"2002"}),
        ("2003-04-01", {"2003"}),
        ("2004-05-05", {"2004"}),
        # a year that had none
        ("2005-04-01", {"2005"}),
        ("2002-03-31", {"2001"}),
    ],
)
def test_a_changed_month_rewrites_the_file_of_its_year(day, years, force):
    before = inodes(force)
    force.receives("incidents", incidents(day, minutes=40), extracted=LATER)
    pipeline.build(force.data_dir)
    assert rewritten(before, inodes(force)) == years
    with closing(opened_build.open_build(force.data_dir)) as one:
        found = cell(one, ATTENDED, "QK", day[:7])
        assert (found["numerator"], found["denominator"]) == (0, 1)
    equals_a_full_build(force)


def test_calls_that_follow_each_other_over_the_first_of_april(tmp_path):
    """A month that looks back across a year's border is counted with its neighbour."""
    force = Force(tmp_path)
    header = "call_id | offered_at | caller_hash | contact_reason"
    row = "{0} | {0} | aaaaaaaaaaaaaaaa | noise"
    times = ("2003-03-30T12:00:00Z", "2003-04-02T12:00:00Z", "2004-05-02T12:00:00Z")
    for at, extracted in zip(times, ("2004-01", "2004-02", "2004-06"), strict=True):
        table = f"{header}\n{row.format(at)}"
        force.receives("calls", table, extracted=f"{extracted}-01T03:00")
        pipeline.build(force.data_dir)
    before = inodes(force)
    table = f"{header}\n{row.format('2003-03-31T12:00:00Z')}"
    force.receives("calls", table, extracted=LATER)
    pipeline.build(force.data_dir)
    assert rewritten(before, inodes(force)) == {"2002", "2003"}
    equals_a_full_build(force)


def test_an_indicator_that_goes_and_comes_back_rewrites_the_years_it_has(
    force, monkeypatch
):
    known = indicators.load()
    before = inodes(force)
    rest = {name: kpi for name, kpi in known.items() if name != MEDIAN}
    monkeypatch.setattr(indicators, "load", lambda: rest)
    pipeline.build(force.data_dir)
    without = inodes(force)
    assert rewritten(before, without) == {"2002", "2003", "2004"}
    assert MEDIAN not in set(content(force)["day_values"]["kpi"])
    assert ATTENDED in set(content(force)["day_cells"]["kpi"])
    monkeypatch.setattr(indicators, "load", lambda: known)
    pipeline.build(force.data_dir)
    assert rewritten(without, inodes(force)) == {"2002", "2003", "2004"}
    assert MEDIAN in set(content(force)["day_values"]["kpi"])
    equals_a_full_build(force)


def test_a_new_text_of_an_indicator_rewrites_no_year_of_cells(force, monkeypatch):
    known = indicators.load()
    changed = replace(known[ATTENDED], digest="another text, the same select")
    monkeypatch.setattr(indicators, "load", lambda: known | {ATTENDED: changed})
    before = inodes(force)
    assert pipeline.build(force.data_dir).is_new
    assert rewritten(before, inodes(force)) == set()


def test_a_withdrawn_import_takes_its_year_along(force):
    force.receives("incidents", incidents("2005-05-05"), extracted=LATER)
    pipeline.build(force.data_dir)
    before = inodes(force)
    imports = lake.current(lake.read_manifest(force.data_dir))
    (last,) = (one for one in imports if one["extracted_at"].startswith("2006"))
    lake.withdraw(force.data_dir, last["import_id"], "a test")
    pipeline.build(force.data_dir)
    after = inodes(force)
    assert list(after) == ["2002", "2003", "2004", "all"]
    assert rewritten(before, after) == set()


@pytest.mark.parametrize("how", ["cut", "gone", "overwritten"])
def test_a_damaged_year_is_named_and_never_taken_over(how, force):
    damaged = files(force)["2003"]
    before = inodes(force)
    if how == "gone":
        damaged.unlink()
    else:
        whole = damaged.read_bytes()
        damaged.write_bytes(whole[:5000] if how == "cut" else b"x" * len(whole))
    (fault,) = checking.check(force.data_dir, force.data_dir).faults
    assert str(damaged) in fault
    force.receives("incidents", incidents("2004-06-05"), extracted=LATER)
    pipeline.build(force.data_dir)
    assert rewritten(before, inodes(force)) == {"2002", "2003", "2004"}
    assert checking.check(force.data_dir, force.data_dir).faults == []
    equals_a_full_build(force)


def test_revisions_outlive_a_damaged_year_and_compare_the_others(force):
    force.receives("incidents", incidents("2003-03-31", minutes=40), extracted=LATER)
    pipeline.build(force.data_dir)
    files(force)["2003"].write_bytes(b"")
    later = "2006-02-01T03:00"
    force.receives("incidents", incidents("2004-05-05", minutes=40), extracted=later)
    pipeline.build(force.data_dir)
    with closing(opened_build.open_build(force.data_dir)) as one:
        found = one.warehouse.tuples(
            "select distinct on_date::varchar from cube.revisions where kpi = ? "
            "order by all",
            [ATTENDED],
        )
    assert found == [("2003-03-01",), ("2004-05-01",)]


@pytest.mark.parametrize("name", ["what?*", "it's one[12]"])
def test_a_data_directory_may_have_any_name(name, tmp_path):
    force = Force(tmp_path / name)
    force.receives("incidents", incidents("2003-03-31", "2003-04-01"))
    pipeline.build(force.data_dir)
    before = inodes(force)
    force.receives("incidents", incidents("2003-05-05"), extracted=LATER)
    pipeline.build(force.data_dir)
    assert rewritten(before, inodes(force)) == {"2003"}
    assert not [*force.data_dir.rglob("*.wal")]
    shutil.rmtree(store.by_number(force.data_dir)[1])
    equals_a_full_build(force)
