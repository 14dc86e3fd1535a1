"""A difference has two sides, and its readers get both."""

import json
import os
import subprocess
import sys

import pytest

from kpis import pipeline, settings
from tests.tables import Force, cell

GAP, ANSWERED = "cust_satisfaction_gap", "ops_999_answered_in_target"
YEAR = "2002-04 to 2003-03"
# satisfied by weight: 180 of 230 white users, 120 of 200 minority ethnic users
ANSWERS = """
    times | interview_date | ethnicity_group | answer_code | weight
    120   | 2003-03-05     | white           | 1           | 1.5
    100   | 2003-03-05     | white           | 4           | 0.5
    120   | 2003-03-05     | minority_ethnic | 2           | 1
    80    | 2003-03-05     | minority_ethnic | 5           | 1
"""
CALLS = """
    times | offered_at                | answered_at
    300   | 2003-03-05T10:00:00+00:00 | 2003-03-05T10:00:10+00:00
"""


@pytest.fixture(scope="module")
def force(tmp_path_factory) -> Force:
    one = Force(tmp_path_factory.mktemp("differences"))
    one.receives("survey_responses", ANSWERS, covers="2002-04 to 2003-08")
    one.receives("calls", CALLS)
    pipeline.build(one.data_dir)
    return one


def shown(force: Force, *words: str) -> dict:
    """The one cell that `show` prints as JSON for March 2003."""
    asked = ["show", *words, "--from", "2003-03", "--to", "2003-03", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "kpis", *asked],
        cwd=settings.PROJECT,
        env=os.environ | {"DEMAND_DATA_DIR": str(force.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    (row,) = json.loads(done.stdout, parse_constant=pytest.fail)
    return row


def test_show_gives_both_sides(force):
    row = shown(force, GAP)
    assert row["parts"] == {
        "a": {"n": 220, "numerator": 180, "denominator": 230, "value": 180 / 230},
        "b": {"n": 200, "numerator": 120, "denominator": 200, "value": 0.6},
    }
    assert isinstance(row["parts"]["a"]["n"], int)
    assert (row["state"], row["n"]) == ("value", 420)
    assert row["value"] == 180 / 230 - 0.6
    assert (row["numerator"], row["denominator"]) == (None, None)


def test_a_hidden_difference_hides_its_sides(force):
    row = shown(force, GAP, "--by", "quarter")
    assert (row["state"], row["value"], row["lower"]) == ("not_applicable", None, None)
    # for people not even the count is shown without a figure
    assert row["n"] is None
    assert "parts" not in row


def test_other_kinds_have_no_sides(force):
    row = shown(force, ANSWERED)
    assert row["value"] == 1
    assert "parts" not in row


def test_a_difference_with_an_empty_side_has_no_figure(tmp_path):
    force = Force(tmp_path)
    table = "\n".join(ANSWERS.splitlines()[:4])
    force.receives("survey_responses", table, covers="2002-04 to 2003-08")
    with force.build() as one:
        found = cell(one, GAP, "MPS", YEAR, "rolling12")
    assert found["state"] == "too_few"
    assert found["reason"] == "0 of the 200 cases that a figure needs."
    assert found[["value", "lower", "upper"]].isna().all()
    assert list(found["parts"]) == ["a"]
