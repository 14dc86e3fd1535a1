"""Rows filtered and grouped: they add up to the figure, and each can be listed."""

from datetime import date

import pytest

from kpis.analysis import grouped_rows
from kpis.errors import UserError
from kpis.results import queries
from tests.tables import Force

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
GAP, AVOIDABLE = "cust_satisfaction_gap", "ops_avoidable_contact_share"
SPRING = date(2003, 4, 1), date(2003, 6, 30)
ROWS = """
times | created_at                | first_on_scene_at         | bocu_code | origin
60    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:05:00+01:00 | QK | public
30    | 2003-05-02T22:00:00+01:00 | 2003-05-02T22:25:00+01:00 | QK | public
20    | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:05:00+01:00 | QK | alarm_company
7     | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:05:00+01:00 | QK | police
40    | 2003-06-03T10:00:00+01:00 | 2003-06-03T10:25:00+01:00 | TX | public
"""

CALLS = """
times | offered_at                | answered_at               | avoidable_contact | contact_reason
20    | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:00:09+01:00 | true              | -
70    | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:00:09+01:00 | false             | progress_chase
"""  # noqa: E501


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.receives("incidents", ROWS, covers="2003-04 to 2003-07")
    with force.build() as opened:
        yield opened


def counts(found, *by: str) -> dict:
    keys = found[list(by)].itertuples(index=False, name=None)
    sides = found[["n", "numerator"]].astype(int).itertuples(index=False, name=None)
    return dict(zip(keys, sides, strict=True))


def test_without_groups_there_is_the_figure_itself(build):
    (row,) = grouped_rows.grouped(build, ATTENDED, "MPS", SPRING, []).to_dict("records")
    cell = queries.series(build, [ATTENDED], ["MPS"], *SPRING, "quarter").iloc[0]
    for name in grouped_rows.FIGURES:
        assert row[name] == cell[name]


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (["month"], {("2003-05",): (90, 60), ("2003-06",): (60, 20)}),
        (["area"], {("QK",): (110, 80), ("TX",): (40, 0)}),
        (["hour"], {("10",): (120, 80), ("22",): (30, 0)}),
        (
            ["area", "month"],
            {
                ("QK", "2003-05"): (90, 60),
                ("QK", "2003-06"): (20, 20),
                ("TX", "2003-06"): (40, 0),
            },
        ),
    ],
)
def test_groups_add_up_to_the_figure(build, by, found):
    counted = counts(grouped_rows.grouped(build, ATTENDED, "MPS", SPRING, by), *by)
    assert counted == found
    sums = [sum(side) for side in zip(*counted.values(), strict=True)]
    assert sums == [150, 80]


def test_a_period_without_a_row_has_no_groups(build):
    july = date(2003, 7, 1), date(2003, 7, 31)
    assert grouped_rows.grouped(build, ATTENDED, "QK", july, ["origin"]).empty
    assert grouped_rows.grouped(build, MEDIAN, "QK", july, ["origin"]).empty


def test_members_that_are_chosen_count_in_place_of_the_default(build):
    every = grouped_rows.grouped(build, ATTENDED, "QK", SPRING, ["origin"])
    assert counts(every, "origin") == {
        ("alarm_company",): (20, 20),
        ("police",): (7, 7),
        ("public",): (90, 60),
    }
    chosen = {"origin": ["police", "alarm_company"], "hour": ["10"]}
    found = grouped_rows.grouped(build, ATTENDED, "QK", SPRING, ["origin"], chosen)
    assert counts(found, "origin") == {
        ("alarm_company",): (20, 20),
        ("police",): (7, 7),
    }
    nothing = grouped_rows.grouped(build, ATTENDED, "QK", SPRING, [], {"hour": ["9"]})
    assert nothing["n"].tolist() == [0]
    assert nothing["value"].isna().all()


def test_what_is_counted_is_listed_with_file_and_line(build):
    chosen = {"origin": ["police", "public"], "hour": ["10"]}
    found = grouped_rows.grouped(build, ATTENDED, "QK", SPRING, [], chosen).iloc[0]
    rows = grouped_rows.rows(build, ATTENDED, "QK", SPRING, chosen)
    assert len(rows) == found["n"] == 67
    assert rows["numerator"].sum() == found["numerator"]
    assert set(rows["origin"]) == {"police", "public"}
    assert rows["line"].notna().all()
    assert len(grouped_rows.rows(build, ATTENDED, "QK", SPRING, chosen, limit=5)) == 5


def test_a_member_that_is_not_stated_can_be_chosen(tmp_path):
    force = Force(tmp_path)
    force.receives("calls", CALLS, covers="2003-04 to 2003-06")
    with force.build() as opened:
        asked = opened, AVOIDABLE, "MPS", SPRING
        members = counts(
            grouped_rows.grouped(*asked, ["contact_reason"]), "contact_reason"
        )
        assert members == {("",): (20, 20), ("progress_chase",): (70, 0)}
        assert grouped_rows.grouped(*asked, [], {"contact_reason": [""]})[
            "n"
        ].tolist() == [20]
        assert (
            len(grouped_rows.rows(*asked, {"contact_reason": ["", "progress_chase"]}))
            == 90
        )


def test_a_median_is_taken_of_the_rows_that_are_chosen(build):
    found = grouped_rows.grouped(build, MEDIAN, "QK", SPRING, ["hour"])
    assert dict(zip(found["hour"], found["value"], strict=True)) == {
        "10": 300,
        "22": 1500,
    }


def test_people_are_not_broken_down(build):
    with pytest.raises(UserError, match="is about people"):
        grouped_rows.grouped(build, GAP, "MPS", SPRING, ["area"])
    with pytest.raises(UserError, match="is about people"):
        grouped_rows.rows(build, GAP, "MPS", SPRING, {"origin": ["public"]})
    with pytest.raises(UserError, match="no dimension of"):
        grouped_rows.grouped(build, ATTENDED, "MPS", SPRING, ["file"])
