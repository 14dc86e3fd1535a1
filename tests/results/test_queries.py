"""What pages and the command line ask of a build."""

import json
import math
import os
import subprocess
import sys
from contextlib import closing
from datetime import date

import pandas as pd
import pytest

from kpis import periods, pipeline, settings
from kpis.errors import UserError
from kpis.ingest import lake
from kpis.results import cells, opened_build, queries
from tests.tables import Force, cell

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
ANSWERED, CONFIDENCE = "ops_999_answered_in_target", "cust_public_confidence"
JUNE = date(2003, 6, 1), date(2003, 6, 30)
# Brent 80 of 150 in June, Barnet 40 of 60; in July, not settled, Brent 120 of 130
INCIDENTS = """
    times | created_at                | first_on_scene_at         | bocu_code
    80    | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:10:00+01:00 | QK
    70    | 2003-06-15T10:00:00+01:00 | 2003-06-15T10:15:00+01:00 | QK
    40    | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:08:00+01:00 | SX
    20    | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:30:00+01:00 | SX
    120   | 2003-07-05T10:00:00+01:00 | 2003-07-05T10:05:00+01:00 | QK
    10    | 2003-07-05T10:00:00+01:00 | 2003-07-05T10:25:00+01:00 | QK
"""
CALLS = """
    times | offered_at                | answered_at
    200   | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:00:10+01:00
    50    | 2003-06-05T10:00:00+01:00 | 2003-06-05T10:00:20+01:00
    210   | 2003-07-05T10:00:00+01:00 | 2003-07-05T10:00:10+01:00
"""
FIGURES = """
    area_code | period_start_on | period_end_on | value
    MPS       | 2003-01-01      | 2003-03-31    | 0.51
    MPS       | 2003-04-01      | 2003-06-30    | 0.56
    QK        | 2003-01-01      | 2003-03-31    | 0.40
"""


@pytest.fixture(scope="module")
def force(tmp_path_factory) -> Force:
    """A force with a settled June and an unsettled July."""
    one = Force(tmp_path_factory.mktemp("results"))
    for source, table in (("incidents", INCIDENTS), ("calls", CALLS)):
        one.receives(
            source, table, covers="2003-06 to 2003-07", extracted="2003-08-01T03:00"
        )
    one.receives("published_figures", FIGURES)
    pipeline.build(one.data_dir)
    return one


@pytest.fixture(scope="module")
def one(force):
    with closing(opened_build.open_build(force.data_dir)) as opened:
        yield opened


def command(force: Force, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "kpis", *words],
        cwd=settings.PROJECT,
        env=os.environ | {"DEMAND_DATA_DIR": str(force.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


# a page


def test_a_series_is_one_row_for_each_indicator_area_and_period(one):
    frame = queries.series(
        one, [ATTENDED, MEDIAN], ["MPS", "QK", "XB"], date(2003, 4, 1), JUNE[1]
    )
    assert list(frame.columns) == queries.COLUMNS
    keys = frame[["kpi", "area", "period_start"]]
    assert len(frame) == 2 * 3 * 3
    assert not keys.duplicated().any()
    assert (
        frame["period_start"].dt.strftime("%Y-%m").tolist()
        == [
            "2003-04",
            "2003-05",
            "2003-06",
        ]
        * 6
    )


def test_a_share_has_its_interval_and_its_parts(one):
    found = cell(one, ATTENDED, "QK", "2003-06")
    assert (found["numerator"], found["denominator"]) == (80, 150)
    assert found["value"] == 80 / 150
    # Wilson's interval of 80 of 150, worked by hand
    assert found["lower"] == pytest.approx(0.4537, abs=5e-5)
    assert found["upper"] == pytest.approx(0.6113, abs=5e-5)


def test_a_median_is_in_seconds_with_an_interval_from_its_ranks(one):
    found = cell(one, MEDIAN, "QK", "2003-06")
    assert (found["n"], found["value"]) == (150, 600)
    assert (found["lower"], found["upper"]) == (600, 900)
    assert math.isnan(found["numerator"])


@pytest.mark.parametrize("values", [[1], [3, 8], [1, 1, 5], [2, 4, 4, 9], [7] * 6])
@pytest.mark.parametrize("quantile", [0.25, 0.5, 0.95])
def test_a_quantile_of_counted_values_is_the_quantile_of_the_values(values, quantile):
    counted = pd.Series(values).value_counts().sort_index()
    found = cells.at_quantile(
        counted.index.to_numpy(), counted.to_numpy().cumsum(), quantile
    )
    assert found == pytest.approx(pd.Series(values).quantile(quantile))


def test_areas_are_listed_with_the_force_first(one):
    frame = queries.areas(one)
    assert frame["code"][0] == settings.FORCE
    assert frame["kind"].value_counts().to_dict() == {"bocu": 32, "site": 7, "mps": 1}


@pytest.mark.parametrize("given", ["QK", "qk", "Brent", "brent "])
def test_an_area_is_found_by_code_or_name(one, given):
    assert queries.find_area(one, given) == "QK"


def test_an_unknown_area_is_answered_with_the_nearest(one):
    with pytest.raises(UserError, match="Did you mean 'Brent'"):
        queries.find_area(one, "Brend")


def test_the_build_says_as_at_when_its_exports_were_made(one):
    assert one.as_at == date(2020, 1, 1)
    assert not one.is_demo


def test_nothing_is_missing_where_every_export_arrived(one):
    assert queries.missing(one).empty


def test_a_build_knows_the_standards_it_used(one):
    frame = queries.standards(one)
    first = frame[frame["applies_to"] == "grade:I"].iloc[0]
    assert (first["area"], first["seconds"]) == ("MPS", 720)


# precedence of states


@pytest.mark.parametrize(
    ("kpi_id", "area", "period", "by", "state"),
    [
        pytest.param(ATTENDED, "QK", "2003-06", "month", "value", id="value"),
        pytest.param(ATTENDED, "QK", "2003-07", "month", "provisional", id="unsettled"),
        pytest.param(
            ATTENDED, "SX", "2003-07", "month", "too_few", id="too_few before unsettled"
        ),
        pytest.param(
            ATTENDED,
            "SX",
            "2003-04 to 2003-06",
            "quarter",
            "not_reliable",
            id="not_reliable before too_few",
        ),
        pytest.param(ATTENDED, "QK", "2003-05", "month", "not_measured", id="before"),
        pytest.param(ATTENDED, "QK", "2003-08", "month", "not_measured", id="after"),
        pytest.param(
            ATTENDED,
            "QK",
            "2003-06-02 to 2003-06-08",
            "week",
            "not_applicable",
            id="finer than its smallest period",
        ),
        pytest.param(
            ATTENDED,
            "BOW",
            "2003-05",
            "month",
            "not_applicable",
            id="not_applicable before not_measured",
        ),
        pytest.param(
            CONFIDENCE,
            "MPS",
            "2003-04 to 2003-06",
            "quarter",
            "reported",
            id="reported",
        ),
        pytest.param(
            CONFIDENCE, "QK", "2003-04 to 2003-06", "quarter", "not_measured", id="none"
        ),
    ],
)
def test_a_cell_has_the_state_of_highest_precedence(
    one, kpi_id, area, period, by, state
):
    found = cell(one, kpi_id, area, period, by)
    assert found["state"] == state
    assert bool(found["reason"]) == (state != "value")
    has_value = state in ("value", "provisional", "reported")
    assert math.isnan(found["value"]) != has_value


def test_a_hidden_figure_has_no_value_and_no_interval(one):
    found = cell(one, ATTENDED, "QK", "2003-04 to 2003-06", "quarter")
    assert found["state"] == "not_reliable"
    assert found[["value", "lower", "upper"]].isna().all()


# defaults


def test_the_latest_settled_period_is_finished_and_past_its_time(one):
    month = queries.latest_settled(one, ATTENDED, "QK", "month")
    assert month == JUNE
    week = queries.latest_settled(one, ATTENDED, "MPS", "week")
    assert week == (date(2003, 7, 7), date(2003, 7, 13))
    rolling = queries.latest_settled(one, ATTENDED, "QK", "rolling12")
    assert rolling == (date(2002, 7, 1), date(2003, 6, 30))


def test_the_latest_published_figure_is_the_area_s_own(one):
    spring = date(2003, 4, 1), date(2003, 6, 30)
    winter = date(2003, 1, 1), date(2003, 3, 31)
    assert queries.latest_settled(one, CONFIDENCE, "MPS", "quarter") == spring
    assert queries.latest_settled(one, CONFIDENCE, "QK", "quarter") == winter
    assert queries.latest_settled(one, CONFIDENCE, "SX", "quarter") is None


def test_an_indicator_is_shown_by_month_or_its_smallest_period(one):
    assert queries.usual_period(one, ATTENDED, "MPS") == "month"
    assert queries.usual_period(one, ATTENDED, "QK") == "month"
    assert queries.usual_period(one, CONFIDENCE, "QK") == "quarter"


@pytest.mark.parametrize("by", ["month", "quarter", "year", "rolling12"])
@pytest.mark.parametrize("area", ["MPS", "QK", "IR"])
def test_the_scoreboard_marks_one_headline_for_each_indicator(one, area, by):
    board = queries.scoreboard(one, area, by, count=3)
    latest = board[board["is_latest"]]
    assert sorted(latest["kpi"]) == sorted(one.kpis)
    for row in latest.itertuples():
        settled = queries.latest_settled(one, row.kpi, area, row.by)
        if settled:
            assert row.period_start.date() == settled[0]
    keys = board[["kpi", "period_start"]]
    assert not keys.duplicated().any()


@pytest.mark.parametrize("by", ["month", "rolling12"])
def test_the_scoreboard_goes_back_so_many_periods(one, by):
    board = queries.scoreboard(one, "IR", by, count=3)
    own = board[board["kpi"] == ANSWERED]
    assert own["period_end"].dt.strftime("%Y-%m").tolist() == [
        "2003-04",
        "2003-05",
        "2003-06",
        "2003-07",
    ]
    assert own["is_latest"].tolist() == [False, False, True, False]


def test_the_scoreboard_never_goes_below_the_smallest_period(one):
    board = queries.scoreboard(one, "MPS", "month", count=2)
    lengths = dict(zip(board["kpi"], board["by"], strict=True))
    smallest = {
        kpi.id: kpi.population.smallest_period["mps"] for kpi in one.kpis.values()
    }
    order = periods.LENGTHS.index
    assert lengths == {
        kpi_id: max("month", by, key=order) for kpi_id, by in smallest.items()
    }
    assert {"month", "quarter", "year", "rolling12"} <= set(lengths.values())


def test_a_build_of_nothing_still_answers(tmp_path):
    force = Force(tmp_path)
    account = force.receives("incidents", INCIDENTS)
    pipeline.build(tmp_path)
    lake.withdraw(tmp_path, account["import_id"], "wrong file")
    with force.build() as empty:
        board = queries.scoreboard(empty, "MPS")
        assert set(board["state"]) == {"not_measured"}
        assert board["is_latest"].all()
        assert not board["is_settled"].any()
        assert queries.missing(empty).empty
    shown = command(force, "show", ATTENDED, "--json")
    assert shown.returncode == 0, shown.stderr
    assert [row["state"] for row in json.loads(shown.stdout)] == ["not_measured"]


@pytest.mark.parametrize(
    ("given", "code"),
    [("Lambeth", "LX"), ("lam", "LAM"), ("LX", "LX"), ("mps", "MPS"), ("Brent", "QK")],
)
def test_an_area_is_found_by_code_or_name_and_a_borough_before_a_site(one, given, code):
    assert queries.find_area(one, given) == code


# rows


def test_rows_lead_to_file_and_line(one, force):
    rows = queries.rows(one, ATTENDED, "SX", *JUNE)
    assert len(rows) == 60
    assert set(rows["file"]) == {"incidents_1.csv"}
    lines = (force.data_dir / "incidents_1.csv").read_text().splitlines()
    for row in rows.itertuples():
        assert lines[row.line - 1].startswith(row.row_id.removeprefix("incidents:"))
    dimensions = {"origin", "grade_final", "hour", "weekday"}
    assert dimensions <= set(rows.columns)


def test_rows_of_the_forces_published_figure_are_not_the_boroughs_rows(one):
    rows = queries.rows(one, CONFIDENCE, "MPS", date(2003, 1, 1), date(2003, 3, 31))
    assert rows[["area_code", "value"]].values.tolist() == [["MPS", 0.51]]


def test_without_a_build_the_error_names_the_remedy(tmp_path):
    with pytest.raises(UserError, match="python -m kpis import FILE"):
        opened_build.open_build(tmp_path)


# the command line


def test_show_prints_one_json_document_and_nothing_else(force):
    shown = command(
        force, "show", ATTENDED, "--bocu", "QK", "Barnet", "--from", "2003-05",
        "--to", "2003-07", "--json",
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    rows = json.loads(shown.stdout)
    assert [(row["area"], row["period_start"]) for row in rows] == [
        (area, f"2003-{month}-01")
        for area in ("QK", "SX")
        for month in ("05", "06", "07")
    ]
    june = rows[1]
    assert {name: june[name] for name in queries.COLUMNS[:8]} == {
        "kpi": ATTENDED,
        "area": "QK",
        "period_start": "2003-06-01",
        "period_end": "2003-06-30",
        "n": 150,
        "numerator": 80,
        "denominator": 150,
        "value": 80 / 150,
    }
    assert (june["state"], june["reason"]) == ("value", "")
    may = rows[0]
    for name in ("n", "numerator", "denominator", "value", "lower", "upper"):
        assert may[name] is None
    assert may["state"] == "not_measured"


def test_show_names_the_area_and_words_the_state(force):
    asked = ["--area", "QK", "--from", "2003-05", "--to", "2003-06"]
    may, june = command(force, "show", ATTENDED, *asked).stdout.splitlines()
    assert may.startswith("Brent  2003-05-01 to 2003-05-31  ")
    assert " not measured Exports of incidents " in may
    assert june.startswith("Brent  2003-06-01 to 2003-06-30  ")
    assert june.endswith("n 150")


def test_show_and_rows_default_to_the_latest_settled_period(force):
    shown = json.loads(command(force, "show", ANSWERED, "--json").stdout)
    assert [(row["period_start"], row["n"]) for row in shown] == [("2003-06-01", 250)]
    listed = command(force, "rows", ANSWERED, "--csv").stdout.splitlines()
    assert listed[0].startswith("row_id,area_code,on_date,numerator,denominator")
    assert len(listed) == 1 + 250


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["show", "ops_999_answered_in"], "Did you mean 'ops_999_answered_in_target'"),
        (["show", ATTENDED, "--area", "Brend"], "Did you mean 'Brent'"),
        (["show", ATTENDED, "--from", "2003"], "not a month (2003-04)"),
    ],
)
def test_a_question_that_cannot_be_answered_gets_a_remedy(force, words, remedy):
    failed = command(force, *words, "--json")
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert remedy in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("by", periods.LENGTHS)
def test_each_length_of_a_period_answers(one, by):
    frame = queries.series(one, [*one.kpis], ["MPS", "QK", "IR"], *JUNE, by)
    assert len(frame) == len(one.kpis) * 3 * len(periods.between(*JUNE, by))
    assert frame["state"].notna().all()
