"""Columns without a name, and several of one name, are named by their place."""

import pytest

from kpis.definitions import mappings
from kpis.errors import UserError
from tests.exports import held, save_mapping, take, values
from tests.reading import CASES

TIMES = """
title = "A column without a name, and two of one name"
source = "incidents"
time_zone = "Europe/London"
[edition]
last_row = true
[columns]
incident_ref = { column = "(column 1)" }
created_at = { columns = ["Raised", "Time (column 3)"] }
first_on_scene_at = { expression = "Raised || ' ' || \\"Time (column 4)\\"" }
origin = { constant = "public" }
grade_first = { constant = "I" }
"""
EXPORT = CASES / "20_unnamed_column" / "unnamed_column.csv"


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["a", "b"], ["a", "b"]),
        (["", "a", " b"], ["(column 1)", "a", " b"]),
        (["Day", "day", "Da"], ["Day (column 1)", "day (column 2)", "Da"]),
    ],
)  # fmt: skip
def test_every_column_has_a_name_of_its_own(header, names):
    assert mappings.column_names(header) == names


def test_case_20_columns_are_read_by_their_place(data_dir):
    account = take(EXPORT, save_mapping(data_dir, TIMES), data_dir)
    rows = held(data_dir, "incidents")
    assert values(rows, "incident_ref") == ["1", "2"]
    for name, clocks in (
        ("created_at", ["10:00", "11:00"]),
        ("first_on_scene_at", ["10:09", "11:09"]),
    ):
        assert [f"{at:%H:%M}" for at in values(rows, name)] == clocks
    assert account["accepted"] == 2


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("Time (column 3)", "Time", "stands 2 times in the header. Say which: 'Time "),
        ('\\"Time (column 4)\\"', "Time", "'Time (column 3)' or 'Time (column 4)'"),
        ("(column 1)", "(column 2)", "There is no column '(column 2)'"),
        ("Raised", "Raised (column 2)", "no column 'Raised (column 2)'"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_one_column_is_refused(before, after, says, data_dir):
    assert before in TIMES
    name = save_mapping(data_dir, TIMES.replace(before, after, 1))
    with pytest.raises(UserError) as refused:
        take(EXPORT, name, data_dir)
    assert says in str(refused.value)
