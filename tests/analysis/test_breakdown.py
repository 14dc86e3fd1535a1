"""A figure by its parts, and by the hour of the week, from a real build."""

import math

import pytest

from kpis.analysis import breakdown
from kpis.charts import breakdown_chart
from kpis.errors import UserError
from kpis.results import queries
from tests.split_cases import JUNE, MAY, ROWS
from tests.tables import Force

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("incidents", ROWS, covers="2003-04 to 2003-07")
    with force.build() as opened:
        yield opened


def test_every_member_has_its_own_figure_even_if_left_out_by_default(build):
    found = breakdown.by_dimension(build, ATTENDED, "TX", *MAY, "origin")
    assert dict(zip(found["member"], found["n"], strict=True)) == {
        "police": 7,
        "public": 100,
    }
    assert found["value"].tolist() == [1, 0.5]
    assert (found["lower"] < found["value"]).all()


def test_with_members_left_out_by_default_the_figure_covers_all(build):
    found = breakdown.by_dimension(build, ATTENDED, "TX", *MAY, "origin")
    assert found["is_left_out"].tolist() == [True, False]
    assert breakdown.with_left_out(found) == 57 / 107
    found = breakdown.by_dimension(build, ATTENDED, "TX", *MAY, "hour")
    assert math.isnan(breakdown.with_left_out(found))
    found = breakdown.by_dimension(build, MEDIAN, "TX", *MAY, "origin")
    assert math.isnan(breakdown.with_left_out(found))


def test_members_of_the_default_add_up_to_the_cell(build):
    cell = queries.series(build, [ATTENDED], ["MPS"], *JUNE).iloc[0]
    found = breakdown.by_dimension(build, ATTENDED, "MPS", *JUNE, "hour")
    assert found[["n", "numerator"]].sum().tolist() == [cell["n"], cell["numerator"]]


def week(days: dict[str, list[tuple[int, int, int]]]) -> str:
    """Rows of a table: on a day, so many at an hour, so many of them in time."""
    lines = ["times | created_at | first_on_scene_at | bocu_code"]
    for day, hours in days.items():
        for hour, count, hits in hours:
            for times, minute in ((hits, 5), (count - hits, 25)):
                at = f"{day}T{hour:02}:00:00+01:00"
                lines.append(
                    f"{times} | {at} | {at.replace(':00:', f':{minute:02}:', 1)} | QK"
                )
    return "\n".join(lines)


@pytest.fixture(scope="module")
def hours(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("hours"))
    # 2 May 2003 is a Friday, 3 May a Saturday
    fridays = [(9, 100, 72), (22, 60, 20), (23, 19, 1)]
    rows = week({"2003-05-02": fridays, "2003-05-03": [(9, 100, 70), (0, 100, 71)]})
    force.receives("incidents", rows, covers="2003-04 to 2003-07")
    with force.build() as opened:
        yield opened


def test_an_hour_of_the_week_differs_where_chance_does_not_explain_it(hours):
    found = breakdown.by_hour_of_week(hours, ATTENDED, "QK", *MAY)
    at = found.set_index(["weekday", "hour"])
    assert at["n"].to_dict() == {
        (5, 9): 100, (5, 22): 60, (5, 23): 19, (6, 0): 100, (6, 9): 100,
    }  # fmt: skip
    assert at.loc[(5, 22), "value"] == 20 / 60
    # 1 of 19 is too few to say anything of
    assert at["is_enough"].to_dict() | {(5, 23): False} == at["is_enough"].to_dict()
    assert at.index[at["differs"]].tolist() == [(5, 22)]


def test_over_all_days_an_hour_is_all_its_weekdays_together(hours):
    found = breakdown.by_hour_of_week(hours, ATTENDED, "QK", *MAY)
    at = breakdown.over_days(found, hours.kpis[ATTENDED]).set_index("hour")
    assert at.loc[9, ["n", "numerator", "value"]].tolist() == [200, 142, 142 / 200]
    assert at.index[at["differs"]].tolist() == [9, 22]
    medians = breakdown.by_hour_of_week(hours, MEDIAN, "QK", *MAY)
    assert breakdown.over_days(medians, hours.kpis[MEDIAN]).empty


def test_a_median_has_hours_but_none_is_called_different(hours):
    found = breakdown.by_hour_of_week(hours, MEDIAN, "QK", *MAY)
    assert found["value"].notna().all()
    assert not found["differs"].any()


def test_the_week_is_drawn_darkest_where_it_is_worst(hours):
    found = breakdown.by_hour_of_week(hours, ATTENDED, "QK", *MAY)
    figure = breakdown_chart.week_figure(found, hours.kpis[ATTENDED], "light")
    (grid,) = figure["data"]
    assert grid["y"][4:6] == ["Friday", "Saturday"]
    assert grid["z"][4][9] == 72
    assert grid["z"][4][23] is None, "too few"
    assert grid["z"][0] == [None] * 24
    assert grid["text"][4][22] == "33"
    assert grid["text"][4][9] == ""
    # of a share of what is in time the low end is dark
    assert grid["reversescale"]
    assert grid["customdata"][4][22].startswith("<b>Friday, 22:00 to 23:00</b>")


def test_a_median_is_taken_again_for_each_member(build):
    found = breakdown.by_dimension(build, MEDIAN, "QK", *MAY, "origin")
    assert found[["member", "n", "value"]].to_dict("records") == [
        {"member": "public", "n": 100, "value": 300}
    ]


def test_an_unknown_dimension_is_refused(build):
    with pytest.raises(UserError, match="no dimension of"):
        breakdown.by_dimension(build, ATTENDED, "MPS", *MAY, "borough")


def test_indicators_of_people_have_no_parts(build):
    for kpi in build.kpis.values():
        if kpi.disclosure.is_needed:
            assert kpi.population.dimensions == ()
