"""A local time that a clock change makes two or none is never guessed, nor judged."""

import json

import pytest

from kpis import __main__ as command_line
from tests.exports import FACILITIES, save, save_mapping, take
from tests.reading import CASES

CALLS = """\
title = "Calls with local times"
source = "calls"
time_zone = "Europe/London"

[columns]
call_id = { column = "Call" }
line_type = { column = "Line" }
stage = { constant = "primary" }
origin = { constant = "public" }
offered_at = { column = "Offered", format = "%d/%m/%Y %H:%M:%S" }
answered_at = { column = "Answered", format = "%d/%m/%Y %H:%M:%S" }
ended_at = { column = "Ended", format = "%d/%m/%Y %H:%M:%S" }
outcome = { column = "Result" }
call_site_code = { constant = "IR" }
"""
# in the night of 26 October 2003 one o'clock comes twice
CALL_ROWS = """\
Call,Line,Offered,Answered,Ended,Result
1,emergency_999,26/10/2003 00:59:50,26/10/2003 01:00:02,,answered
2,emergency_999,26/10/2003 00:50:00,26/10/2003 00:50:05,26/10/2003 01:10:00,answered
3,emergency_999,26/10/2003 00:50:00,26/10/2003 02:50:00,26/10/2003 02:55:00,answered
4,emergency_999,26/10/2003 00:59:58,,26/10/2003 01:00:01,abandoned
5,emergency_999,26/10/2003 00:40:00,,26/10/2003 00:40:30,abandoned
6,emergency_999,26/10/2003 01:30:00,26/10/2003 01:30:05,26/10/2003 01:31:00,answered
7,non_emergency,26/10/2003 00:59:50,26/10/2003 01:00:02,,answered
8,non_emergency,26/10/2003 00:59:00,26/10/2003 00:59:02,,answered
"""
VISITS = """\
title = "Visits with local times"
source = "front_counter_visits"
time_zone = "Europe/London"

[columns]
visit_id = { column = "Visit" }
facility_code = { constant = "CO1" }
arrived_at = { columns = ["Day", "Came"] }
service_started_at = { columns = ["Day", "Seen"], rolls_over_after = "arrived_at" }
left_before_service = { constant = false }
visit_reason = { constant = "advice" }
recorded_by = { constant = "ticket_system" }
"""


def counts(kpi: str, capsys, area: str = "MPS", month: str = "2003-10") -> tuple:
    capsys.readouterr()
    asked = [kpi, "--area", area, "--from", month, "--to", month, "--json"]
    assert command_line.main(["show", *asked]) == 0
    (figure,) = json.loads(capsys.readouterr().out)
    return figure["numerator"], figure["denominator"]


def test_case_07_an_arrival_in_the_hour_that_comes_twice_is_not_judged(
    data_dir, capsys
):
    mapping = CASES / "04_key_spelling" / "jobs.toml"
    save_mapping(data_dir, mapping.read_text(encoding="utf-8"))
    account = take(CASES / "07_clock_change" / "jobs_2003-12.csv", "jobs", data_dir)
    # raised in an hour that comes twice, or that is skipped
    assert account["reasons"] == {
        "local_time_occurs_twice": 1,
        "local_time_does_not_exist": 1,
    }
    assert command_line.main(["build"]) == 0
    # job 1 may have taken 12 minutes or 72; job 4 took over an hour
    assert counts("ops_immediate_attended_in_target", capsys, "QK") == (2, 3)
    assert counts("ops_immediate_over_30_min", capsys, "QK") == (1, 3)
    assert counts("ops_immediate_attended_in_target", capsys, "QK", "2003-03") == (1, 1)
    asked = ["ops_immediate_attended_in_target", "--from", "2003-10", "--to", "2003-10"]
    assert command_line.main(["rows", *asked, "--csv"]) == 0
    assert "clock changed" not in capsys.readouterr().out


def test_waits_over_the_clock_change_are_not_judged(data_dir, capsys, tmp_path):
    save_mapping(data_dir, CALLS, "calls")
    account = take(save(tmp_path / "in", CALL_ROWS), "calls", data_dir)
    assert account["reasons"] == {"local_time_occurs_twice": 1}
    assert command_line.main(["build"]) == 0
    # 2 in time, 3 after three hours, 5 abandoned; 1 and 4 are not judged
    assert counts("ops_999_answered_in_target", capsys) == (1, 3)
    assert counts("ops_999_abandonment", capsys) == (1, 3)
    assert counts("ops_non_emergency_primary_answered", capsys) == (1, 1)


@pytest.mark.parametrize(
    ("came", "seen", "is_unclear"),
    [
        ("2003-10-25,23:50", "00:05", False),
        ("2003-10-26,00:50", "01:05", True),
        ("2003-10-25,23:50", "01:05", True),
        ("2003-10-26,00:50", "02:05", False),
        ("2004-03-28,00:50", "01:05", True),
        ("2004-03-28,00:50", "02:05", False),
    ],
)
def test_a_clock_that_rolls_over_into_that_hour_is_not_guessed(
    came, seen, is_unclear, data_dir, tmp_path
):
    save_mapping(data_dir, VISITS, "visits")
    save(data_dir / "reference", FACILITIES, "facility.csv")
    content = f"Visit,Day,Came,Seen\n1,{came},{seen}\n"
    account = take(save(tmp_path / "in", content), "visits", data_dir)
    flags = [rule for rule in account["flags"] if rule.startswith("local_time_")]
    assert bool(flags) == is_unclear
