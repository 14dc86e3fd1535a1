"""One row of several is taken, the others are counted, and every line stays known."""

import pytest

from kpis.errors import UserError
from tests.exports import adds_up, held, quarantined, save, save_mapping, take, values
from tests.reading import CASES

UNITS = """
title = "One row for each unit"
source = "incidents"
time_zone = "Europe/London"
[edition]
last_row = true
[one_row]
key = ["Log"]
order = "Arrived"
[columns]
incident_ref = { column = "Log" }
created_at = { column = "Raised" }
first_on_scene_at = { column = "Arrived" }
origin = { constant = "public" }
grade_first = { constant = "I" }
"""
QUEUE = """
title = "Events of a queue"
source = "calls"
time_zone = "Europe/London"
[edition]
last_row = true
[one_row]
key = ["id"]
[[filters]]
reason = "test_calls"
drop = "queue = 'test'"
[columns]
call_id = { column = "id" }
line_type = { constant = "emergency_999" }
stage = { constant = "primary" }
origin = { constant = "public" }
offered_at = { column = "time", where = "event = 'ENTERQUEUE'" }
answered_at = { column = "time", where = "event = 'CONNECT'" }
ended_at = { column = "time", where = "event = 'ABANDON'" }
outcome = { column = "event", where = "event in ('CONNECT', 'ABANDON')", codes = { CONNECT = "answered", ABANDON = "abandoned" } }
"""  # noqa: E501
EVENTS = """id,time,queue,event
7,2003-11-05 10:00:20,999,CONNECT
7,2003-11-05 10:00:00,999,ENTERQUEUE
8,2003-11-05 10:01:00,999,ENTERQUEUE
7,2003-11-05 10:05:00,999,COMPLETE
8,2003-11-05 10:01:07,999,ABANDON
9,2003-11-05 10:02:00,test,CONNECT
9,2003-11-05 10:03:00,999,ENTERQUEUE
9,2003-11-05 10:03:05,999,CONNECT
9,2003-11-05 10:03:50,999,CONNECT
"""


def clock(frame, name: str) -> list[str | None]:
    return [None if one is None else f"{one:%H:%M:%S}" for one in values(frame, name)]


def test_case_14_the_first_unit_there_speaks_for_the_incident(data_dir):
    name = save_mapping(data_dir, UNITS)
    account = take(CASES / "14_unit_rows" / "unit_rows.csv", name, data_dir)
    assert (account["accepted"], account["quarantined"]) == (3, 0)
    assert account["reasons"] == {"other_rows_of_its_key": 2}
    assert adds_up(account)
    rows = held(data_dir, "incidents")
    assert clock(rows, "first_on_scene_at") == ["10:07:00", "11:05:00", "12:09:00"]
    # of A1 the unit in line 3 was first, of A2 that in line 5
    assert values(rows, "line") == [3, 5, 6]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ('key = ["Log"]', [2, 4, 6]),
        ('key = ["Log"]\ntake = "last"', [3, 5, 6]),
        # A2's unit that never came has no time: it is last either way
        ('key = ["Log"]\norder = "Arrived"\ntake = "last"', [2, 5, 6]),
        ('key = ["Log"]\norder = "Unit"\ntake = "last"', [3, 5, 6]),
        ('key = ["Log", "Raised"]', [2, 4, 6]),
    ],
)
def test_a_mapping_says_which_row_is_taken(words, lines, data_dir):
    text = UNITS.replace('key = ["Log"]\norder = "Arrived"', words)
    name = save_mapping(data_dir, text)
    take(CASES / "14_unit_rows" / "unit_rows.csv", name, data_dir)
    assert values(held(data_dir, "incidents"), "line") == lines


def test_events_of_a_queue_become_calls(data_dir, tmp_path):
    name = save_mapping(data_dir, QUEUE)
    account = take(save(tmp_path, EVENTS), name, data_dir)
    assert account["accepted"] == 3
    assert account["reasons"] == {"other_rows_of_its_key": 5, "test_calls": 1}
    rows = held(data_dir, "calls").sort_values("call_id")
    assert clock(rows, "offered_at") == ["10:00:00", "10:01:00", "10:03:00"]
    # what was dropped is asked for nothing, and the first answer counts
    assert clock(rows, "answered_at") == ["10:00:20", None, "10:03:05"]
    assert clock(rows, "ended_at") == [None, "10:01:07", None]
    assert values(rows, "outcome") == ["answered", "abandoned", "answered"]


def test_rows_without_a_key_are_refused_each_by_itself(data_dir, tmp_path):
    rows = "Log,Unit,Raised,Arrived\nA1,U1,2003-11-05 10:00:00,\n"
    rows += ",U1,2003-11-05 10:00:00,\n" * 2
    name = save_mapping(data_dir, UNITS)
    account = take(save(tmp_path, rows), name, data_dir)
    assert (account["accepted"], account["quarantined"]) == (1, 2)
    lines = [one["quarantined_line"] for one in quarantined(data_dir, account)]
    assert lines == ["3", "4"]


def test_a_row_that_cannot_be_read_is_not_replaced_by_another(data_dir, tmp_path):
    """The taken row decides: another would be another unit's time."""
    rows = "Log,Unit,Raised,Arrived\n"
    rows += "A1,U1,yesterday,2003-11-05 10:05:00\n"
    rows += "A1,U2,2003-11-05 10:00:00,2003-11-05 10:09:00\n"
    rows += "A2,U2,2003-11-05 10:00:00,2003-11-05 10:09:00\n"
    name = save_mapping(data_dir, UNITS)
    account = take(save(tmp_path, rows), name, data_dir)
    assert (account["accepted"], account["quarantined"]) == (1, 1)
    assert account["reasons"]["other_rows_of_its_key"] == 1


def test_a_thousand_keys_keep_their_lines(data_dir, tmp_path):
    numbers = [*range(1000), *range(1000)]
    rows = [f"A{n},U,2003-11-05 10:00:00,2003-11-05 10:05:00" for n in numbers]
    text = "\n".join(["Log,Unit,Raised,Arrived", *rows, ""])
    name = save_mapping(data_dir, UNITS)
    take(save(tmp_path, text), name, data_dir)
    found = held(data_dir, "incidents")
    assert values(found, "line") == [int(one[1:]) + 2 for one in found["incident_ref"]]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('key = ["Log"]\n', "", "name the columns of the export"),
        ('["Log"]', '["Lug"]', "no column 'Lug'. Did you mean 'Log'?"),
        ('"Arrived"\n[', '"Arived"\n[', "Did you mean 'Arrived'?"),
        ('"first"', '"least"', "Did you mean 'last'?"),
        ('"Arrived" }', '"Arrived", where = "Unix = 1" }', "Did you mean 'Unit'?"),
        ('{ constant = "I" }', '{ constant = "I", where = "true" }', "column ="),
    ],
)
def test_what_cannot_be_applied_is_said(before, after, says, data_dir):
    base = UNITS.replace('key = ["Log"]\n', 'key = ["Log"]\ntake = "first"\n')
    assert before in base
    name = save_mapping(data_dir, base.replace(before, after, 1))
    with pytest.raises(UserError, match=says.replace("?", "\\?")):
        take(CASES / "14_unit_rows" / "unit_rows.csv", name, data_dir)


def test_where_needs_a_key(data_dir):
    text = UNITS.replace('[one_row]\nkey = ["Log"]\norder = "Arrived"\n', "")
    name = save_mapping(
        data_dir, text.replace('"Arrived" }', '"Arrived", where = "true" }')
    )
    with pytest.raises(UserError, match="Say under \\[one_row\\]"):
        take(CASES / "14_unit_rows" / "unit_rows.csv", name, data_dir)


def test_rows_of_one_key_say_how_one_is_taken(data_dir):
    text = UNITS.replace('[one_row]\nkey = ["Log"]\norder = "Arrived"\n', "")
    name = save_mapping(data_dir, text)
    account = take(CASES / "14_unit_rows" / "unit_rows.csv", name, data_dir)
    assert (account["accepted"], account["quarantined"]) == (1, 4)
    said = {one["what_would_be_right"] for one in quarantined(data_dir, account)}
    assert "[one_row]" in " ".join(said)
