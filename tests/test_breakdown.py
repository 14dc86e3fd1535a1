"""A figure by its parts, and a change split into mix and rate, from a real build."""

import math
from datetime import date

import pytest

from kpis import breakdown, results
from kpis.errors import UserError
from tests.tables import Force

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
MAY, JUNE = (
    (date(2003, 5, 1), date(2003, 5, 31)),
    (date(2003, 6, 1), date(2003, 6, 30)),
)
# Brent is always in time in 9 of 10, Hounslow in 5 of 10; in June Hounslow has more
ROWS = """
times | created_at                | first_on_scene_at         | bocu_code | origin
90    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:05:00+01:00 | QK        | public
10    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:25:00+01:00 | QK        | public
50    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:05:00+01:00 | TX        | public
50    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:25:00+01:00 | TX        | public
7     | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:05:00+01:00 | TX        | police
90    | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:05:00+01:00 | QK        | public
10    | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:25:00+01:00 | QK        | public
150   | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:05:00+01:00 | TX        | public
150   | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:25:00+01:00 | TX        | public
20    | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:25:00+01:00 | -         | public
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("incidents", ROWS, covers="2003-04 to 2003-07")
    with force.build() as opened:
        yield opened


def test_a_change_of_the_force_is_that_of_its_mix(one):
    found = breakdown.change(one, ATTENDED, "MPS", MAY, JUNE, "month")
    before, after = 140 / 200, 240 / 420
    assert found.attrs["before"] == before
    assert found.attrs["after"] == after
    assert found["total"].sum() == pytest.approx(after - before, abs=1e-12)
    groups = found.set_index("group")
    assert set(groups.index) == {"Brent", "Hounslow", breakdown.REST}
    # neither did otherwise than before: all of it is where the work lay
    assert found["rate"].sum() == 0
    assert found["mix"].sum() == pytest.approx(after - before, abs=1e-12)


def test_an_area_is_split_by_a_dimension(one):
    found = breakdown.change(one, ATTENDED, "TX", MAY, JUNE, "month", "grade_final")
    assert found["total"].sum() == pytest.approx(0, abs=1e-12)


def test_every_member_stands_for_itself_those_left_out_by_default_too(one):
    found = breakdown.by_dimension(one, ATTENDED, "TX", *MAY, "origin")
    assert dict(zip(found["member"], found["n"], strict=True)) == {
        "police": 7,
        "public": 100,
    }
    assert found["value"].tolist() == [1, 0.5]
    assert (found["lower"] < found["value"]).all()


def test_with_those_left_out_the_figure_is_that_of_all(one):
    kpi = one.kpis[ATTENDED]
    found = breakdown.by_dimension(one, ATTENDED, "TX", *MAY, "origin")
    assert found["is_left_out"].tolist() == [True, False]
    assert breakdown.with_all(found, kpi) == 57 / 107
    found = breakdown.by_dimension(one, ATTENDED, "TX", *MAY, "hour")
    assert math.isnan(breakdown.with_all(found, kpi))
    found = breakdown.by_dimension(one, MEDIAN, "TX", *MAY, "origin")
    assert math.isnan(breakdown.with_all(found, one.kpis[MEDIAN]))


def test_members_of_the_default_add_up_to_the_cell(one):
    cell = results.series(one, [ATTENDED], ["MPS"], *JUNE).iloc[0]
    found = breakdown.by_dimension(one, ATTENDED, "MPS", *JUNE, "hour")
    assert found[["n", "numerator"]].sum().tolist() == [cell["n"], cell["numerator"]]


def test_a_median_is_taken_anew_for_each_member(one):
    found = breakdown.by_dimension(one, MEDIAN, "QK", *MAY, "origin")
    assert found[["member", "n", "value"]].to_dict("records") == [
        {"member": "public", "n": 100, "value": 300}
    ]


def test_what_cannot_be_split_says_why(one):
    with pytest.raises(UserError, match="median is taken from single values"):
        breakdown.change(one, MEDIAN, "MPS", MAY, JUNE, "month")
    july = date(2003, 8, 1), date(2003, 8, 31)
    with pytest.raises(UserError, match="has no figure to compare"):
        breakdown.change(one, ATTENDED, "MPS", MAY, july, "month")
    with pytest.raises(UserError, match="no dimension of"):
        breakdown.by_dimension(one, ATTENDED, "MPS", *MAY, "borough")


def test_indicators_of_people_have_no_parts(one):
    for kpi in one.kpis.values():
        if kpi.disclosure != "none":
            assert kpi.dimensions == ()
