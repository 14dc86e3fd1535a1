"""Many may read a build at once and while the next is made; no reader may write."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date

import pandas as pd
import pytest

from kpis import pipeline, warehouse
from kpis.builds import marts, store
from kpis.results import opened_build, queries
from tests.tables import Force, cell

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
ANSWERED, CONFIDENCE = "ops_999_answered_in_target", "cust_public_confidence"
JUNE = date(2003, 6, 1), date(2003, 6, 30)
INCIDENTS = """
    times | created_at                | first_on_scene_at         | bocu_code
    80    | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:10:00+01:00 | QK
    70    | 2003-06-15T10:00:00+01:00 | 2003-06-15T10:15:00+01:00 | QK
    40    | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:08:00+01:00 | SX
"""
CALLS = """
    times | offered_at                | answered_at
    200   | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:00:10+01:00
    50    | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:00:20+01:00
"""
FIGURES = """
    area_code | period_start_on | period_end_on | value
    MPS       | 2003-04-01      | 2003-06-30    | 0.56
    QK        | 2003-04-01      | 2003-06-30    | 0.40
"""


@pytest.fixture(scope="module")
def force(tmp_path_factory) -> Force:
    one = Force(tmp_path_factory.mktemp("readers"))
    one.receives("incidents", INCIDENTS)
    one.receives("calls", CALLS)
    one.receives("published_figures", FIGURES)
    pipeline.build(one.data_dir)
    return one


@pytest.fixture(scope="module")
def one(force):
    with closing(opened_build.open_build(force.data_dir)) as opened:
        yield opened


def test_twenty_people_asking_different_questions_get_twenty_right_answers(force, one):
    scopes = [
        (kpi_id, area, by)
        for kpi_id, areas in (
            (ATTENDED, ("MPS", "QK", "SX")),
            (MEDIAN, ("MPS", "QK", "SX")),
            (ANSWERED, ("MPS", "IR")),
            (CONFIDENCE, ("MPS", "QK")),
        )
        for area in areas
        for by in ("month", "quarter")
    ]
    assert len(scopes) == 20
    start = threading.Barrier(len(scopes))

    def ask(scope, build_asked, first: threading.Barrier | None = None):
        kpi_id, area, by = scope
        if first:
            first.wait(timeout=30)
        return (
            queries.series(
                build_asked, [kpi_id], [area], date(2003, 1, 1), JUNE[1], by
            ),
            queries.rows(build_asked, kpi_id, area, *JUNE),
        )

    with ThreadPoolExecutor(len(scopes)) as people:
        rounds = [
            list(people.map(lambda scope: ask(scope, one, start), scopes))
            for _ in range(3)
        ]
    with closing(opened_build.open_build(force.data_dir)) as alone:
        for scope, (series, rows) in zip(scopes * 3, sum(rounds, []), strict=True):
            expected_series, expected_rows = ask(scope, alone)
            pd.testing.assert_frame_equal(series, expected_series)
            pd.testing.assert_frame_equal(rows, expected_rows)


def test_a_reader_keeps_its_build_while_a_new_one_is_made(tmp_path):
    force = Force(tmp_path)
    table = """
        incident_ref | created_at                | first_on_scene_at
        {}           | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:{}:00+01:00
    """
    force.receives("incidents", table.format("a", "05"))
    with force.build() as old:
        before = cell(old, ATTENDED, "QK", "2003-06")
        force.receives("incidents", table.format("b", "25"))
        assert store.current_id(tmp_path) == old.id
        with force.build() as new:
            assert store.current_id(tmp_path) == new.id != old.id
            assert cell(new, ATTENDED, "QK", "2003-06")["denominator"] == 2
            assert len(queries.rows(new, ATTENDED, "QK", *JUNE)) == 2
            pd.testing.assert_series_equal(cell(old, ATTENDED, "QK", "2003-06"), before)
            assert len(queries.rows(old, ATTENDED, "QK", *JUNE)) == 1
    with closing(opened_build.open_build(tmp_path, old.id)) as again:
        assert cell(again, ATTENDED, "QK", "2003-06")["denominator"] == 1


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('{outside}')",
        "select * from read_parquet('{mart}/../../../../lake/**/*.parquet')",
        "select * from glob('{outside}')",
        "copy (select 1) to '{outside}'",
        "copy (select 1) to '{mart}'",
        "attach '{outside}.duckdb' as other",
        "insert into cells_all.day_cells select * from day_cells",
        "delete from cells_2003.month_cells",
        "drop table cube.facts",
        "create table cube.more as select 1",
        "set enable_external_access = true",
        "set allowed_paths = ['{outside}']",
        "set global timezone = 'UTC'",
        "install httpfs",
    ],
)
def test_a_reader_reads_no_other_file_and_writes_nothing(
    one, force, tmp_path, statement
):
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n", encoding="utf-8")
    place = store.directory(force.data_dir, one.id)
    (mart, *_) = marts.files(place, "incidents")
    content = mart.read_bytes()
    with pytest.raises(warehouse.StatementError):
        one.warehouse.tuples(statement.format(outside=outside, mart=mart))
    assert outside.read_text(encoding="utf-8") == "a\n1\n"
    assert mart.read_bytes() == content
